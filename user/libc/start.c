/*
 * start.c -- from the first instruction to main() and exit().
 *
 * crt0.S calls __libc_start() with the stack that exec made.
 */
#include <stdlib.h>
#include <unistd.h>

extern void (*__init_array_start[])(void) __attribute__((visibility("hidden")));
extern void (*__init_array_end[])(void) __attribute__((visibility("hidden")));

int main(int argc, char **argv, char **envp);
void __libc_start(long *sp) __attribute__((noreturn));

void
__libc_start(long *sp)
{
	int argc = (int)sp[0];
	char **argv = (char **)(sp + 1);

	environ = argv + argc + 1;
	for (void (**fn)(void) = __init_array_start; fn < __init_array_end;
	     fn++)
		(*fn)();
	exit(main(argc, argv, environ));
}

/*
 * crt0.S -- where a program begins, and Mayfly's mark.
 *
 * The kernel enters with the stack as exec left it: argc, argv, NULL, envp,
 * NULL, auxiliary vector.  start.c takes it from there.
 *
 * The mark is the ELF note by which exec tells a native program from one of
 * Linux's: name "Mayfly", type 1, the version of the interface, and the code
 * that a signal handler returns to.
 */
#include "kernel/abi/syscall.h"

	.section .note.mayfly, "a", @note
	.balign 4
	.long 7			/* the name with its NUL */
	.long 16		/* the description */
	.long 1			/* type: version of the interface */
	.asciz "Mayfly"
	.balign 4
	.long 1, 0
	.quad __sigreturn_code

	.text
	.globl _start
	.type _start, @function
_start:
	xorl %ebp, %ebp
	movq %rsp, %rdi
	andq $-16, %rsp
	call __libc_start
	hlt
	.size _start, . - _start

/* A handler has returned: the stack pointer is at the context. */
	.type __sigreturn_code, @function
__sigreturn_code:
	movq %rsp, %rdi
	movl $SYS_sigreturn, %eax
	syscall
	hlt
	.size __sigreturn_code, . - __sigreturn_code

	.section .note.GNU-stack, "", @progbits

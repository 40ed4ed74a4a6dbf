/*
 * crt0.S -- where a program begins, and Mayfly's mark.
 *
 * The kernel enters with the stack as exec left it: argc, argv, NULL, envp,
 * NULL, auxiliary vector.  start.c takes it from there.
 *
 * The mark is the ELF note by which exec tells a native program from one of
 * Linux's: name "Mayfly", type 1, and the version of the interface.
 */
	.section .note.mayfly, "a", @note
	.balign 4
	.long 7			/* the name with its NUL */
	.long 4			/* the description */
	.long 1			/* type: version of the interface */
	.asciz "Mayfly"
	.balign 4
	.long 1

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

	.section .note.GNU-stack, "", @progbits

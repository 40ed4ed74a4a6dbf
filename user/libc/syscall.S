/*
 * syscall.S -- the system calls that are not a plain stub, and the tail that
 * all stubs share (the plain ones are made by tools/mkstubs).
 *
 * Number in rax; arguments in rdi, rsi, rdx, r10, r8, r9, the seventh on the
 * stack above the return address; carry set: rax is the error (spec 3.1).
 * The kernel keeps all other registers but rcx, r11 and rdx.
 */
#include "kernel/abi/syscall.h"

	.macro func name
	.section .text.\name, "ax", @progbits
	.globl __sys_\name
	.type __sys_\name, @function
	.weak \name
	.set \name, __sys_\name
__sys_\name:
	.endm

	/* rax: the error.  Sets errno, returns -1 to the stub's caller. */
	.section .text.__cerror, "ax", @progbits
	.globl __cerror
	.type __cerror, @function
__cerror:
	pushq %rax
	call __errno
	popq %rcx
	movl %ecx, (%rax)
	movq $-1, %rax
	ret

	/* The child runs on this very stack until it execs or exits, and
	 * writes over the return address: it is kept in a register. */
	func vfork
	popq %rsi
	movl $SYS_vfork, %eax
	syscall
	jc 1f
	jmp *%rsi
1:	pushq %rsi
	jmp __cerror

	func pipe
	movl $SYS_pipe, %eax
	syscall
	jc 1f
	movl %eax, (%rdi)
	movl %edx, 4(%rdi)
	xorl %eax, %eax
	ret
1:	jmp __cerror

	/* (addr, len, prot, flags, fd, pos): a pad comes before pos. */
	func mmap
	movq %rcx, %r10
	pushq %r9
	pushq $0
	xorl %r9d, %r9d
	movl $SYS_mmap, %eax
	syscall
	leaq 16(%rsp), %rsp
	jc 1f
	ret
1:	jmp __cerror

	/* (fd, pos, whence): likewise. */
	func lseek
	movq %rdx, %r10
	movq %rsi, %rdx
	xorl %esi, %esi
	movl $SYS_lseek, %eax
	syscall
	jc 1f
	ret
1:	jmp __cerror

	func _exit
	movl $SYS_exit, %eax
	syscall
	hlt

	/* (number, up to seven arguments) */
	func _mayfly_syscall
	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movq %r9, %r8
	movq 8(%rsp), %r9
	pushq 16(%rsp)
	pushq $0
	syscall
	leaq 16(%rsp), %rsp
	jc 1f
	ret
1:	jmp __cerror

	/* (flags, stack_top, fn, arg): the parent's stack is not touched by
	 * the child, which has its own. */
	func rfork_thread
	movq %rsi, %r8
	movq %rdx, %r9
	movq %rcx, %r10
	movl $SYS_rfork, %eax
	syscall
	jc 1f
	testl %eax, %eax
	jz 2f
	ret
1:	jmp __cerror
2:	andq $-16, %r8
	movq %r8, %rsp
	xorl %ebp, %ebp
	movq %r10, %rdi
	call *%r9
	movl %eax, %edi
	movl $SYS_exit, %eax
	syscall
	hlt

	.section .note.GNU-stack, "", @progbits

; switch.asm -- from one kernel stack to another, the first steps of a thread
; on a new one, and the end of a critical section.
;
; A stack that is not running has the words that switch_stacks pops on top;
; switch.c lays them out for a new thread (switch_prepare).

extern lwp_first_run
extern thread_first_run
extern splz
extern trap_return_user
global splz_saving
global switch_kernel_start
global switch_lwp_start
global switch_stacks
global switch_to_user

section .text progbits alloc exec nowrite align=16
bits 64

; void *switch_stacks(void **save_sp, void *new_sp, struct thread *from)
; Returns from, on the other stack.
switch_stacks:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[rdi], rsp
	mov	rax, rdx
	mov	rsp, rsi
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret

; Calls splz(), whose C code may change what its caller is free to change.
splz_saving:
	push	rbp
	mov	rbp, rsp
	push	rax
	push	rcx
	push	rdx
	push	rsi
	push	rdi
	push	r8
	push	r9
	push	r10
	push	r11
	and	rsp, -16
	call	splz
	lea	rsp, [rbp - 72]
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rdi
	pop	rsi
	pop	rdx
	pop	rcx
	pop	rax
	pop	rbp
	ret

; A kernel thread: rax = the thread before it, rbx = function, r12 = argument.
switch_kernel_start:
	mov	rdi, rax
	mov	rsi, rbx
	mov	rdx, r12
	call	thread_first_run

; An LWP: returns to user mode by the frame at the top of its stack.
switch_lwp_start:
	mov	rdi, rax
	call	lwp_first_run
	mov	rsp, rax
	jmp	trap_return_user

; void switch_to_user(struct trapframe *tf): leaves the kernel by tf, which
; lies at the top of the current stack; interrupts disabled.
switch_to_user:
	mov	rsp, rdi
	jmp	trap_return_user

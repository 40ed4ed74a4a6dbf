; trap_entry.asm -- the doors between user mode and the kernel.
;
; Three ways in, each of which builds a struct trapframe:
;   trap_common	all vectors but those below, on the thread's stack
;   trap_ist	NMI, machine check, double fault, and debug in the kernel:
;		on a stack of their own, whatever gs and rsp hold
;   syscall_entry	the syscall instruction
; and two ways out to user mode: trap_return_user (iretq) and the short one at
; the end of syscall_entry.  Invariant: in the kernel gs is this CPU's
; globaldata, but for the instructions between a door and its swapgs, where
; interrupts are disabled and only what goes to trap_ist can come.
;
; gs:16 is a scratch word for a register, gs:24 the thread's stack top; both
; are used with interrupts disabled, on the way in from user mode only.

%define SEL_UDATA 0x1b
%define SEL_UCODE 0x23
%define USER_MAX 0x7ffffffff000
%define MSR_GSBASE 0xc0000101

; struct trapframe (arch/x86_64/md_types.h); cpu.h checks three of them.
%define F_RDI 0
%define F_RSI 8
%define F_RDX 16
%define F_RCX 24
%define F_R8 32
%define F_R9 40
%define F_RAX 48
%define F_RBX 56
%define F_RBP 64
%define F_R10 72
%define F_R11 80
%define F_R12 88
%define F_R13 96
%define F_R14 104
%define F_R15 112
%define F_XFLAGS 120
%define F_TRAPNO 128
%define F_FLAGS 144
%define F_RIP 160
%define F_CS 168
%define F_RFLAGS 176
%define F_RSP 184
%define F_SIZE 200

%define TF_SYSRET 1		; md_types.h
%define TD_SYSCALL 16		; struct thread

; What a stub leaves on the stack, lowest first.
%define S_CS 24
%define S_SIZE 56

extern trap_handler
global syscall_entry
global trap_clac_sites
global trap_return_user
global trap_stubs

; %1: from rsp to the frame.
%macro save_general 1
	mov	[rsp + %1 + F_RDI], rdi
	mov	[rsp + %1 + F_RSI], rsi
	mov	[rsp + %1 + F_RDX], rdx
	mov	[rsp + %1 + F_R8], r8
	mov	[rsp + %1 + F_R9], r9
	mov	[rsp + %1 + F_RAX], rax
	mov	[rsp + %1 + F_RBX], rbx
	mov	[rsp + %1 + F_RBP], rbp
	mov	[rsp + %1 + F_R10], r10
	mov	[rsp + %1 + F_R11], r11
	mov	[rsp + %1 + F_R12], r12
	mov	[rsp + %1 + F_R13], r13
	mov	[rsp + %1 + F_R14], r14
	mov	[rsp + %1 + F_R15], r15
%endmacro

; All of them, and the stack is left at rip.
%macro restore_all 0
	mov	rdi, [rsp + F_RDI]
	mov	rsi, [rsp + F_RSI]
	mov	rdx, [rsp + F_RDX]
	mov	rcx, [rsp + F_RCX]
	mov	r8, [rsp + F_R8]
	mov	r9, [rsp + F_R9]
	mov	rax, [rsp + F_RAX]
	mov	rbx, [rsp + F_RBX]
	mov	rbp, [rsp + F_RBP]
	mov	r10, [rsp + F_R10]
	mov	r11, [rsp + F_R11]
	mov	r12, [rsp + F_R12]
	mov	r13, [rsp + F_R13]
	mov	r14, [rsp + F_R14]
	mov	r15, [rsp + F_R15]
	add	rsp, F_RIP
%endmacro

; From what a stub left to a whole frame at rsp.
%macro build_frame 0
	sub	rsp, F_FLAGS
	save_general 0
	mov	[rsp + F_RCX], rcx
	cld
.clac:	nop	dword [rax]		; clac, where there is SMAP
[section .rodata]
	dq	.clac
__?SECT?__
	mov	rax, [rsp + F_FLAGS]	; where the stub put the vector
	mov	[rsp + F_TRAPNO], rax
	mov	qword [rsp + F_XFLAGS], 0
%endmacro

; Calls trap_handler(frame).  The two words below the frame look like those of
; a call from the interrupted instruction: a backtrace goes on there.  The
; stack is 16-byte aligned at the call, since a frame's end is.
%macro call_handler 0
	mov	rdi, rsp
	push	qword [rdi + F_RIP]
	push	rbp
	mov	rbp, rsp
	sub	rsp, 8
	call	trap_handler
	lea	rsp, [rbp + 16]
%endmacro

section .rodata progbits alloc noexec nowrite align=8
trap_clac_sites:			; two, by build_frame

section .text progbits alloc exec nowrite align=16
bits 64

; A stub leaves vector and error code (0 where the CPU has none), and jumps.
align 16
trap_stubs:
%assign vector 0
%rep 256
	align	16
%if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || \
    vector == 21 || vector == 29 || vector == 30
%else
	push	0
%endif
	push	vector
%if vector == 1
	jmp	trap_debug
%elif vector == 2 || vector == 8 || vector == 18
	jmp	trap_ist
%else
	jmp	trap_common
%endif
%assign vector vector + 1
%endrep

	align	16
trap_common:
	test	byte [rsp + S_CS], 3
	jz	.kernel_gs
	swapgs
.kernel_gs:
	build_frame
	call_handler
	test	byte [rsp + F_CS], 3
	jz	return_to_kernel

; rsp: a frame of user mode, at the top of the thread's stack; interrupts
; disabled, userret() done.  An address that iretq would refuse, here in the
; kernel, is replaced by one that user mode cannot execute either.
trap_return_user:
	mov	rax, [rsp + F_RIP]
	shr	rax, 47
	jz	.canonical
	mov	rax, USER_MAX
	mov	[rsp + F_RIP], rax
.canonical:
	restore_all
	swapgs
	iretq

return_to_kernel:
	restore_all
	iretq

; Debug comes on a stack of its own.  From user mode it is an ordinary trap,
; whose handling may sleep: on to the thread's stack.
trap_debug:
	test	byte [rsp + S_CS], 3
	jz	trap_ist
	swapgs
	mov	[gs:16], rax
	mov	rax, rsp
	mov	rsp, [gs:24]
%assign word S_SIZE - 8
%rep 7
	push	qword [rax + word]
%assign word word - 8
%endrep
	mov	rax, [gs:16]
	jmp	trap_common.kernel_gs

; Whatever gs is, it is kept in r12 and put back.
trap_ist:
	build_frame
	mov	ecx, MSR_GSBASE
	rdmsr
	shl	rdx, 32
	mov	r12d, eax
	or	r12, rdx
	mov	eax, [rsp + F_SIZE]	; the CPU's globaldata
	mov	edx, [rsp + F_SIZE + 4]
	wrmsr
	call_handler
	mov	ecx, MSR_GSBASE
	mov	eax, r12d
	mov	rdx, r12
	shr	rdx, 32
	wrmsr
	restore_all
	iretq

; The frame is that of a trap right after the syscall instruction, but for
; rcx, which holds the fourth argument, from r10 (spec 3.1), and for the words
; that only traps fill.  The thread, right above its frame, says what is called:
; syscall_handler() or syscall_watched().  That preserves rbx, rbp and
; r12 to r15; so the short way back, which TF_SYSRET allows, leaves them alone.
; sysret would fault in the kernel, on the user's stack, if rip were not
; canonical; but it is where the call came from, below USER_MAX, as long as
; whoever changes it clears TF_SYSRET.
	align	16
syscall_entry:
	swapgs
	mov	[gs:16], rsp
	mov	rsp, [gs:24]
	push	SEL_UDATA
	push	qword [gs:16]
	push	r11
	push	SEL_UCODE
	push	rcx
	sub	rsp, F_RIP + 8		; 8: the alignment at the call
	save_general 8
	mov	[rsp + 8 + F_RCX], r10
	mov	qword [rsp + 8 + F_XFLAGS], TF_SYSRET
	call	[rsp + 8 + F_SIZE + TD_SYSCALL]

	test	byte [rsp + 8 + F_XFLAGS], TF_SYSRET
	jz	.whole
	mov	rcx, [rsp + 8 + F_RIP]
	mov	rdi, [rsp + 8 + F_RDI]
	mov	rsi, [rsp + 8 + F_RSI]
	mov	rdx, [rsp + 8 + F_RDX]
	mov	r8, [rsp + 8 + F_R8]
	mov	r9, [rsp + 8 + F_R9]
	mov	rax, [rsp + 8 + F_RAX]
	mov	r10, [rsp + 8 + F_R10]
	mov	r11, [rsp + 8 + F_RFLAGS]
	mov	rsp, [rsp + 8 + F_RSP]
	swapgs
	o64 sysret
.whole:
	add	rsp, 8
	jmp	trap_return_user

section .rodata
	dq	0			; the end of trap_clac_sites

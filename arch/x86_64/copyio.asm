; copyio.asm -- the instructions that touch user memory.
;
; The C side (copyio.c) has checked that the addresses are the user's.  Each
; function sets *onfault, which is the thread's td_onfault, to the place where
; trap.c continues when an address turns out to be nobody's; registers are
; then as they were.  User memory is open (stac) for these instructions only.

%define EFAULT 14		; kernel/abi/errno.h
%define ENAMETOOLONG 63

global copyio_bytes
global copyio_clac_sites
global copyio_fetch32
global copyio_stac_sites
global copyio_store32
global copyio_string
global copyio_touch

; %1: register that holds onfault; clobbers rax.
%macro user_open 1
	lea	rax, [rel %%fault]
	mov	[%1], rax
%%stac:	nop	dword [rax]
[section .rodata.stac]
	dq	%%stac
__?SECT?__
	jmp	%%body
%%fault:
%%clac:	nop	dword [rax]
[section .rodata.clac]
	dq	%%clac
__?SECT?__
	mov	qword [%1], 0
	mov	eax, EFAULT
	ret
%%body:
%endmacro

; %2: the result.
%macro user_close 2
%%clac:	nop	dword [rax]
[section .rodata.clac]
	dq	%%clac
__?SECT?__
	mov	qword [%1], 0
	mov	eax, %2
	ret
%endmacro

section .rodata.stac progbits alloc noexec nowrite align=8
copyio_stac_sites:
section .rodata.clac progbits alloc noexec nowrite align=8
copyio_clac_sites:

section .text progbits alloc exec nowrite align=16
bits 64

; int copyio_bytes(void *dst, const void *src, size_t len, void **onfault)
copyio_bytes:
	mov	r8, rcx
	user_open r8
	mov	rcx, rdx
	shr	rcx, 3
	rep movsq
	mov	ecx, edx
	and	ecx, 7
	rep movsb
	user_close r8, 0

; int copyio_string(char *dst, const char *src, size_t size, void **onfault,
;     size_t *lenp)
; *lenp: bytes copied, the NUL included.
copyio_string:
	mov	r10, rdx
	user_open rcx
	test	rdx, rdx
	jz	.long
.next:
	lodsb
	stosb
	test	al, al
	jz	.end
	dec	rdx
	jnz	.next
.long:
	user_close rcx, ENAMETOOLONG
.end:
	sub	r10, rdx
	inc	r10
	mov	[r8], r10
	user_close rcx, 0

; int copyio_fetch32(const uint32_t *src, uint32_t *dst, void **onfault)
copyio_fetch32:
	user_open rdx
	mov	ecx, [rdi]
	mov	[rsi], ecx
	user_close rdx, 0

; int copyio_store32(uint32_t *dst, uint32_t val, void **onfault)
copyio_store32:
	user_open rdx
	mov	[rdi], esi
	user_close rdx, 0

; int copyio_touch(void *addr, void **onfault)
; A write that changes nothing, atomic since others may write meanwhile.
copyio_touch:
	user_open rsi
	lock or	byte [rdi], 0
	user_close rsi, 0

section .rodata.stac
	dq	0
section .rodata.clac
	dq	0

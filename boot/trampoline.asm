; trampoline.asm -- the first instructions of every CPU but the first.
;
; smp.c copies [trampoline_start, trampoline_end) to a page below 1 MiB, whose
; number the startup message carries: the CPU begins there in real mode, with
; cs:ip = page:0.  Position does not matter: the rest runs where it is linked.
; One CPU at a time passes, so what it shall load stands in variables of
; smp.c: ap_boot_cr3, ap_boot_stack, ap_boot_gd.

extern boot_gdt
extern boot_paging_on
extern ap_boot_cr3
extern ap_boot_gd
extern ap_boot_stack
extern smp_ap_main
global trampoline_end
global trampoline_start

section .rodata progbits alloc noexec nowrite align=16
bits 16
trampoline_start:
	cli
	o32 lgdt [cs:gdt_ptr - trampoline_start]
	mov	eax, 0x11	; protection on, caches still off
	mov	cr0, eax
	jmp	dword 0x08:ap_32
gdt_ptr:
	dw 4 * 8 - 1
	dd boot_gdt
trampoline_end:

section .boot.text progbits alloc exec nowrite align=16
bits 32
ap_32:
	cld
	mov	ax, 0x10
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	esp, ap_early_stack.top
	call	boot_paging_on
	jmp	0x18:ap_64

bits 64
ap_64:
	mov	rax, ap_high
	jmp	rax

section .boot.bss nobits alloc noexec write align=16
ap_early_stack:
	resb 64
.top:

section .text progbits alloc exec nowrite align=16
bits 64
; The stack is mapped by the final page table only: load that one first.
ap_high:
	mov	rax, [ap_boot_cr3]
	mov	cr3, rax
	xor	eax, eax
	mov	fs, ax
	mov	gs, ax
	mov	rsp, [ap_boot_stack]
	mov	rdi, [ap_boot_gd]
	xor	ebp, ebp
	call	smp_ap_main

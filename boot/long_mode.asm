; long_mode.asm -- from 32-bit protected mode without paging to boot_main().
;
; The temporary page table maps the first 4 GiB three times, by 2 MiB pages:
; at 0 (the code that switches paging on runs there), at the base of the
; direct map, and its first GiB where the kernel is linked.  pmap_init()
; replaces it on the boot CPU; the other CPUs pass through it in the same way
; (trampoline.asm), so it stays.
;
; In:  esi = which loader, edi = its information (physical).
; Out: boot_main(esi, edi) in 64-bit mode on thread0's stack.

%define COM1 0x3f8

%define CR4_PAE (1 << 5)
%define MSR_EFER 0xc0000080
%define EFER_LME 8		; bit numbers
%define EFER_NXE 11
; PE, MP, ET, NE, WP, PG: and not CD and NW, which a reset leaves set.
%define CR0_BOOT 0x80010033

%define PTE_TABLE 0x3		; present, writable
%define PTE_LARGE 0x83		; the same, 2 MiB

%define KSTACK_SIZE 16384	; kernel/param.h

extern boot_main
global long_mode_start
global boot_paging_on
global boot_gdt
global boot_stack

section .boot.bss nobits alloc noexec write align=4096
pml4:
	resb 4096
pdpt_low:			; at 0 and at the base of the direct map
	resb 4096
pdpt_kernel:
	resb 4096
page_dirs:			; four, a GiB each
	resb 4 * 4096
early_stack:
	resb 64
.top:

; After the guard page that linker.ld leaves.
section .bootstack nobits alloc noexec write align=4096
boot_stack:
	resb KSTACK_SIZE
.top:

section .boot.text progbits alloc exec nowrite align=16
bits 32
long_mode_start:
	cli
	cld
	lgdt	[boot_gdt_ptr]
	jmp	0x08:.reloaded
.reloaded:
	mov	ax, 0x10
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	esp, early_stack.top

	call	check_long_mode
	call	build_tables
	call	boot_paging_on
	jmp	0x18:.in_64

bits 64
.in_64:
	mov	rax, boot_high
	jmp	rax

bits 32
; Fills the temporary page table.  Memory of the section is zero.
build_tables:
	mov	dword [pml4], pdpt_low + PTE_TABLE
	mov	dword [pml4 + 256 * 8], pdpt_low + PTE_TABLE
	mov	dword [pml4 + 511 * 8], pdpt_kernel + PTE_TABLE
	mov	dword [pdpt_kernel + 510 * 8], page_dirs + PTE_TABLE

	xor	ecx, ecx
.directory:
	mov	eax, ecx
	shl	eax, 12
	add	eax, page_dirs + PTE_TABLE
	mov	[pdpt_low + ecx * 8], eax
	inc	ecx
	cmp	ecx, 4
	jb	.directory

	xor	ecx, ecx
.page:
	mov	eax, ecx
	shl	eax, 21
	or	eax, PTE_LARGE
	mov	[page_dirs + ecx * 8], eax
	inc	ecx
	cmp	ecx, 4 * 512
	jb	.page
	ret

; Switches paging and long mode on, in 32-bit code yet: the caller's far jump
; to selector 0x18 follows.  Execute-disable is switched on where it exists,
; since the final page table, which the other CPUs load next, uses it.
boot_paging_on:
	mov	eax, CR4_PAE
	mov	cr4, eax
	mov	eax, pml4
	mov	cr3, eax

	mov	eax, 0x80000001
	cpuid
	mov	ebx, edx
	mov	ecx, MSR_EFER
	rdmsr
	bts	eax, EFER_LME
	bt	ebx, 20
	jnc	.no_nx
	bts	eax, EFER_NXE
.no_nx:
	wrmsr

	mov	eax, CR0_BOOT
	mov	cr0, eax
	ret

; Returns only when the CPU has long mode; keeps esi and edi.
check_long_mode:
	pushfd			; has it CPUID?  Then the ID flag can change
	pop	eax
	mov	ecx, eax
	xor	eax, 1 << 21
	push	eax
	popfd
	pushfd
	pop	eax
	cmp	eax, ecx
	je	.missing

	mov	eax, 0x80000000
	cpuid
	cmp	eax, 0x80000001
	jb	.missing
	mov	eax, 0x80000001
	cpuid
	bt	edx, 29
	jnc	.missing
	ret
.missing:
	mov	esi, no_long_mode
	call	serial_say
.stop:
	cli
	hlt
	jmp	.stop

; Writes the string at esi to the first serial port.
serial_say:
	mov	dx, COM1 + 3	; 115200 baud, 8 bits
	mov	al, 0x83
	out	dx, al
	mov	dx, COM1
	mov	al, 1
	out	dx, al
	mov	dx, COM1 + 1
	mov	al, 0
	out	dx, al
	mov	dx, COM1 + 3
	mov	al, 0x03
	out	dx, al
.next:
	mov	dx, COM1 + 5
	mov	ecx, 1 << 20	; there may be no port at all
.wait:
	in	al, dx
	test	al, 0x20
	loopz	.wait
	mov	dx, COM1
	lodsb
	test	al, al
	jz	.done
	out	dx, al
	jmp	.next
.done:
	ret

no_long_mode:
	db "Mayfly: this CPU has no 64-bit mode.", 13, 10, 0

	align	16
boot_gdt:
	dq 0
	dq 0x00cf9b000000ffff	; 0x08: 32-bit code
	dq 0x00cf93000000ffff	; 0x10: data
	dq 0x00af9b000000ffff	; 0x18: 64-bit code
.end:
boot_gdt_ptr:
	dw boot_gdt.end - boot_gdt - 1
	dd boot_gdt

section .text progbits alloc exec nowrite align=16
bits 64
; Where the kernel is linked.  Information may lie anywhere below 4 GiB: the
; upper halves of the argument registers are clear.
boot_high:
	xor	eax, eax
	mov	fs, ax
	mov	gs, ax
	mov	rsp, boot_stack.top
	xor	ebp, ebp	; a backtrace ends here
	mov	ecx, esi
	mov	esi, edi
	mov	edi, ecx
	call	boot_main

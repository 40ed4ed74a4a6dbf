; multiboot2.asm -- the header for Multiboot2 loaders (GRUB), and their entry.
;
; The entry-address tag makes the loader take the address as it is, physical,
; under BIOS and UEFI alike: 32-bit protected mode, flat segments, paging off,
; eax = magic, ebx = physical address of the information.  Without a
; framebuffer tag, a BIOS leaves text mode on.  Goes on in long_mode.asm.

%define MB2_HEADER_MAGIC 0xe85250d6
%define MB2_ARCH_I386 0
%define TAG_OPTIONAL 1

extern long_mode_start
global multiboot2_entry

section .multiboot2 progbits alloc noexec nowrite align=8
header:
	dd MB2_HEADER_MAGIC
	dd MB2_ARCH_I386
	dd header.end - header
	dd -(MB2_HEADER_MAGIC + MB2_ARCH_I386 + (header.end - header))

.request:			; what we read of the information
	dw 1, TAG_OPTIONAL
	dd .request_end - .request
	dd 1, 3, 6		; command line, modules, memory map
	dd 8, 14, 15		; screen, ACPI 1.0 and 2.0 root pointer
.request_end:
	align 8, db 0

.entry:
	dw 3, 0
	dd .entry_end - .entry
	dd multiboot2_entry
.entry_end:
	align 8, db 0

.console:			; text of an EGA will do
	dw 4, TAG_OPTIONAL
	dd .console_end - .console
	dd 2
.console_end:
	align 8, db 0

	dw 6, 0			; modules on page boundaries
	dd 8

	dw 0, 0
	dd 8
.end:

section .boot.text progbits alloc exec nowrite align=16
bits 32
multiboot2_entry:
	mov	esi, eax
	mov	edi, ebx
	jmp	long_mode_start

; pvh.asm -- the entry for loaders that follow the PVH note: QEMU's -kernel.
;
; The loader finds the note, loads the segments at their physical addresses
; and calls the 32-bit address in the note: protected mode, flat segments,
; paging off, ebx = physical address of the start info.  Goes on in
; long_mode.asm.

%define BOOT_MAGIC_PVH 0x336ec578

extern long_mode_start

section .note.pvh note alloc noexec nowrite align=4
	dd 4			; bytes of the name
	dd 8			; bytes of the descriptor: QEMU wants eight
	dd 18			; XEN_ELFNOTE_PHYS32_ENTRY
	db "Xen", 0
	dq pvh_entry

section .boot.text progbits alloc exec nowrite align=16
bits 32
pvh_entry:
	mov	esi, BOOT_MAGIC_PVH
	mov	edi, ebx
	jmp	long_mode_start

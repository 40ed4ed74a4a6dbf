/*
 * pic.c -- the two 8259s, which no interrupt comes through.
 *
 * They are moved away from the exceptions' vectors and masked: a spurious
 * interrupt, which they raise even so, then has a vector of its own.
 */
#include "arch/x86_64/io.h"
#include "arch/x86_64/ioapic.h"

#define PIC1 0x20
#define PIC2 0xa0
#define DATA 1

#define ICW1_INIT 0x11 /* four words follow */
#define ICW2_PIC1 0x20 /* vectors */
#define ICW2_PIC2 0x28
#define ICW3_PIC1 0x04 /* the second hangs on input 2 */
#define ICW3_PIC2 0x02
#define ICW4_8086 0x01
#define ALL 0xff

void
pic_mask_all(void)
{
	outb(PIC1, ICW1_INIT);
	outb(PIC2, ICW1_INIT);
	outb(PIC1 + DATA, ICW2_PIC1);
	outb(PIC2 + DATA, ICW2_PIC2);
	outb(PIC1 + DATA, ICW3_PIC1);
	outb(PIC2 + DATA, ICW3_PIC2);
	outb(PIC1 + DATA, ICW4_8086);
	outb(PIC2 + DATA, ICW4_8086);
	outb(PIC1 + DATA, ALL);
	outb(PIC2 + DATA, ALL);
}

/*
 * serial.c -- COM1, a 16550: 115200 baud, 8 bits, no parity.
 *
 * Output is polled, since it must work in any context, in a panic too; the
 * transmitter's FIFO is filled sixteen bytes at a time, for one look at the
 * status.  Input comes by interrupt, is read by the line's interrupt thread
 * and handed to the one function that console_set_input() has set.  console.c
 * calls, and keeps writers apart.
 */
#include "arch/x86_64/console.h"
#include "arch/x86_64/io.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/intr.h"
#include "kernel/md.h"

#define COM1 0x3f8
#define IRQ 4

#define REG_DATA 0
#define REG_IER 1 /* with DLAB: the divisor's high byte */
#define REG_FCR 2
#define REG_LCR 3
#define REG_MCR 4
#define REG_LSR 5
#define REG_SCRATCH 7

#define IER_RX 0x01
#define FCR_ON 0x07 /* FIFOs enabled and emptied */
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define MCR_DTR 0x01
#define MCR_RTS 0x02
#define MCR_OUT2 0x08 /* lets the interrupt out */
#define LSR_RX 0x01
#define LSR_TX_EMPTY 0x20
#define FIFO_BYTES 16

static bool present;
static void (*input_fn)(int c);

static uint8_t
reg_read(int reg)
{
	return inb(COM1 + reg);
}

static void
reg_write(int reg, uint8_t v)
{
	outb(COM1 + reg, v);
}

void
serial_init(void)
{
	reg_write(REG_SCRATCH, 0x5a);
	if (reg_read(REG_SCRATCH) != 0x5a)
		return;
	reg_write(REG_IER, 0);
	reg_write(REG_LCR, LCR_DLAB);
	reg_write(REG_DATA, 1);
	reg_write(REG_IER, 0);
	reg_write(REG_LCR, LCR_8N1);
	reg_write(REG_FCR, FCR_ON);
	reg_write(REG_MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
	present = true;
}

void
serial_write(const char *s, size_t n)
{
	if (!present)
		return;
	while (n > 0) {
		while (!(reg_read(REG_LSR) & LSR_TX_EMPTY))
			cpu_pause();
		for (int room = FIFO_BYTES; room > 0 && n > 0; room--, n--)
			reg_write(REG_DATA, (uint8_t)*s++);
	}
}

/* The line's interrupt thread.  The line is an edge: it falls only when the
 * port has nothing left to say, so read until then. */
static void
serial_intr(void *arg)
{
	(void)arg;
	while (reg_read(REG_LSR) & LSR_RX)
		input_fn(reg_read(REG_DATA));
}

void
serial_set_input(void (*fn)(int c))
{
	bool first = input_fn == NULL;
	int error;

	if (!present)
		return;
	input_fn = fn;
	if (!first)
		return;
	error = intr_register(cpu_isa_line(IRQ), serial_intr, NULL, "serial");
	if (error != 0) {
		kprintf("serial: no interrupt (error %d): no input\n", error);
		return;
	}
	reg_write(REG_IER, IER_RX);
}

/*
 * console.c -- what the kernel prints, on the serial port and the screen.
 *
 * Output of different CPUs is kept whole by one spin lock, held from
 * console_enter() to console_leave().  The CPU that holds it may come again
 * (kprintf() writes in pieces); and in a panic it is not taken at all, since
 * whoever holds it may have been stopped.  Holds the lock, and the switch
 * that leaves line ends as they are (kernel argument console=raw).
 */
#include "arch/x86_64/console.h"
#include "arch/x86_64/smp.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/md.h"

static struct spinlock lock = SPIN_INITIALIZER("console", SPIN_CONSOLE);
static struct globaldata *owner; /* ATOMIC whose CPU holds the lock */
static int depth;		 /* GUARDED by the lock: nested enters */
static bool raw;

void
console_init(void)
{
	const char *mode = cmdline_get("console");

	raw = mode != NULL && strcmp(mode, "raw") == 0;
	vga_init();
}

/* RACE: another CPU may set owner at any time, but never to us. */
void
console_enter(void)
{
	crit_enter();
	/* A CPU that the panic has not stopped yet shall not talk into it. */
	while (smp_is_stopping())
		__asm__ volatile("cli; hlt");
	if (panicking)
		return;
	if (atomic_load(&owner) == mycpu) {
		depth++;
		return;
	}
	spin_lock(&lock);
	atomic_store(&owner, mycpu);
}

/* An enter before the panic and its leave in it do not match: by then nobody
 * waits for the lock any more. */
void
console_leave(void)
{
	if (!panicking && atomic_load(&owner) == mycpu) {
		if (depth > 0) {
			depth--;
		} else {
			atomic_store(&owner, NULL);
			spin_unlock(&lock);
		}
	}
	crit_exit();
}

static void
write_all(const char *s, size_t n)
{
	serial_write(s, n);
	vga_write(s, n);
}

void
console_write(const char *s, size_t n)
{
	console_enter();
	while (!raw && n > 0) {
		size_t line = 0;

		while (line < n && s[line] != '\n')
			line++;
		write_all(s, line);
		s += line;
		n -= line;
		if (n > 0) {
			write_all("\r\n", 2);
			s++;
			n--;
		}
	}
	write_all(s, n);
	console_leave();
}

void
console_write_bytes(const char *s, size_t n)
{
	console_enter();
	write_all(s, n);
	console_leave();
}

bool
console_is_raw(void)
{
	return raw;
}

void
console_set_input(void (*fn)(int c))
{
	serial_set_input(fn);
}

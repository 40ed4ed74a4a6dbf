/*
 * panic.c -- the end, with a report.
 *
 * Anyone calls panic(), in any context.  The first CPU to come stops the
 * others, prints the reason, its backtrace, and for every CPU the thread that
 * ran there with its tokens; then the machine ends (exec: status 125).  No
 * lock is taken: whoever holds one has been stopped.  A second panic on the
 * same CPU, from within the report, just ends.
 *
 * This file is of the lowest layer but reports on a higher one: it reads the
 * structures of lwkt/ and calls nothing there.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lib/panic.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/watchdog.h"
#include "kernel/md.h"

#define STATUS 125
#define MAX_FRAMES 32

bool panicking;
static struct globaldata *panic_gd; /* ATOMIC whose CPU panics */

void
panic_print_pc(uintptr_t pc)
{
	uintptr_t offset = 0;
	/* A return address may be the next function's first byte. */
	const char *name = ksym_lookup(pc - 1, &offset);

	if (name != NULL)
		kprintf("  %#lx %s+%#lx\n", pc, name, offset + 1);
	else
		kprintf("  %#lx\n", pc);
}

static void
print_tokens(const struct thread *td)
{
	const struct tokref *tr = td->td_toks;

	if (td->td_toks_stop < tr || td->td_toks_stop > tr + TD_MAXTOKENS)
		return;
	for (; tr < td->td_toks_stop; tr++) {
		const struct lwkt_token *tok = tr->tr_tok;

		kprintf(" token %s%s", tok->t_name != NULL ? tok->t_name : "?",
		    tok->t_ref != NULL && tok->t_ref->tr_owner == td ?
		    "" : " (wanted)");
	}
}

static void
print_cpu(const struct globaldata *gd)
{
	const struct thread *td = gd->gd_curthread;

	kprintf("cpu %d%s: ", gd->gd_cpuid, gd == panic_gd ? " (here)" : "");
	if (td == NULL || td->td_magic != TD_MAGIC) {
		kprintf("no thread\n");
		return;
	}
	kprintf("thread %p %.*s", (const void *)td, MAXCOMLEN, td->td_comm);
	if (panic_pid != NULL && panic_pid(td) >= 0)
		kprintf(" pid %d", panic_pid(td));
	kprintf(" crit %d spin %d", td->td_critcount, gd->gd_spinlocks);
	print_tokens(td);
	kprintf("\n");
}

static void
print_cpus(void)
{
	for (int i = 0; i < ncpus; i++) {
		if (globaldata[i] != NULL)
			print_cpu(globaldata[i]);
	}
}

/* Who comes second, on another CPU, waits to be stopped. */
static void
claim(void)
{
	if (atomic_cmpset(&panic_gd, NULL, mycpu)) {
		atomic_store(&panicking, true);
		return;
	}
	if (panic_gd == mycpu)
		cpu_exit_emulator(STATUS);
	for (;;)
		cpu_pause();
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	cpu_intr_disable();
	crit_enter();
	claim();
	cpu_stop_others();
	va_start(ap, fmt);
	kprintf("\npanic: cpu %d: ", mycpu->gd_cpuid);
	kvprintf(fmt, ap);
	kprintf("\nbacktrace:\n");
	va_end(ap);
	cpu_backtrace(panic_print_pc, MAX_FRAMES);
	print_cpus();
	if (watchdog_barks)
		watchdog_dump();
	cpu_exit_emulator(STATUS);
}

/*
 * interrupt.c -- what a hardware interrupt does: it takes a note.
 *
 * trap_handler() calls intr_dispatch() for every vector from VEC_DEVICE on,
 * with interrupts disabled, on the interrupted thread's stack.  The note is a
 * bit in this CPU's gd_reqflags; the work is done at once if the interrupted
 * thread is in no critical section, else by the crit_exit() that ends it.
 * Only TLB shootdowns do not wait: the CPU that asked spins.  Nothing here
 * takes a spin lock.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/lapic.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

/* A level line stays up, and would interrupt again and again, until its
 * thread has served the device: the thread unmasks it then. */
static void
device_intr(struct globaldata *gd, unsigned line)
{
	if (ioapic_is_level(line))
		cpu_intr_mask(line);
	atomic_set(&gd->gd_intpending, 1UL << line);
	gd_note(gd, RQF_INTPEND);
}

void
intr_dispatch(struct trapframe *tf)
{
	struct globaldata *gd = mycpu;
	uint64_t vector = tf->tf_trapno;

	switch (vector) {
	case VEC_SPURIOUS:
		/* Not acknowledged: nothing is in service. */
		return;
	case VEC_TIMER:
		if (lapic_timer_fired()) {
			gd->gd_cnt_timer++;
			gd_note(gd, RQF_TIMER);
		}
		break;
	case VEC_IPIQ:
		/* ORDER: a sender that finds it clear interrupts again; one
		 * that finds it set has put its message where the look that
		 * follows sees it. */
		(void)atomic_swap(&gd->gd_ipi_pending, 0);
		gd_note(gd, RQF_IPIQ);
		break;
	case VEC_SHOOTDOWN:
		pmap_shootdown_intr();
		break;
	default:
		if (vector - VEC_DEVICE < NLINES)
			device_intr(gd, (unsigned)(vector - VEC_DEVICE));
		break;
	}
	lapic_eoi();
	if (curthread->td_critcount == 0)
		splz_intr();
}

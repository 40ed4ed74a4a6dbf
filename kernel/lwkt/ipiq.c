/*
 * ipiq.c -- the rings behind ipiq.h.
 *
 * gd_ipiq[n] of a CPU is the ring that CPU n writes and this CPU reads; each
 * index has one writer.  The bit of a ring in gd_ipimask says that there may
 * be something in it; the sender raises the interrupt only when none is on
 * its way (gd_ipi_pending).
 *
 * Who sends may have to wait for room.  So nobody sends
 *   - while holding a spin lock: the target might spin for it in a critical
 *     section, never drain its ring, and both would wait for ever;
 *   - with interrupts disabled, but for the boot: the target might wait for
 *     this CPU to forget a translation;
 *   - after it has been given away: the messages that it runs while it waits
 *     may want a thread that waits for its stack in turn (lwkt_acquire).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"

MALLOC_DEFINE(M_IPIQ, "ipiq");

extern struct thread thread0;

struct ipimsg {
	ipifunc_t *im_fn;
	void *im_arg1;
	int im_arg2;
};

struct ipiq {
	uint32_t iq_windex; /* ATOMIC written by the sender */
	uint32_t iq_rindex; /* ATOMIC written by the reader */
	struct ipimsg iq_slots[IPIQ_SLOTS]; /* OWNER sender, then reader */
} __attribute__((aligned(CACHE_LINE)));

void
lwkt_ipiq_init(void)
{
	for (int i = 0; i < ncpus; i++) {
		globaldata[i]->gd_ipiq = kmalloc(
		    sizeof(struct ipiq) * (size_t)ncpus, &M_IPIQ, M_ZERO);
		KASSERT(globaldata[i]->gd_ipiq != NULL,
		    "no memory for the message rings of %d CPUs", ncpus);
	}
}
SYSINIT(ipiq, SI_SUB_CPU, SI_ORDER_SECOND, lwkt_ipiq_init);

/* Puts a message into the ring from this CPU to gd; false when it is full. */
static bool
ipiq_put(struct globaldata *gd, ipifunc_t *fn, void *arg1, int arg2)
{
	int self = mycpu->gd_cpuid;
	struct ipiq *iq = &gd->gd_ipiq[self];
	uint32_t w = iq->iq_windex;

	if (w - atomic_load_acq(&iq->iq_rindex) == IPIQ_SLOTS)
		return false;
	iq->iq_slots[w % IPIQ_SLOTS] =
	    (struct ipimsg){ fn, arg1, arg2 };
	atomic_store_rel(&iq->iq_windex, w + 1);
	return true;
}

void
lwkt_poke(struct globaldata *gd)
{
	if (atomic_swap(&gd->gd_ipi_pending, 1) == 0)
		cpu_send_ipi(gd->gd_cpuid);
}

static void
ipiq_kick(struct globaldata *gd) NEEDS(crit)
{
	int self = mycpu->gd_cpuid;

	atomic_set(&gd->gd_ipimask[self / 64], 1UL << (self % 64));
	lwkt_poke(gd);
}

#ifdef INVARIANTS
/* For room, that is: see the head of the file. */
static void
check_may_wait(const struct thread *td)
{
	KASSERT(mycpu->gd_spinlocks == 0,
	    "%s sends a message while it holds a spin lock", td->td_comm);
	KASSERT(cpu_intr_enabled() || td == &thread0 || panicking,
	    "%s sends a message with interrupts disabled", td->td_comm);
	KASSERT(!(td->td_flags & TDF_MIGRATING),
	    "%s sends a message after it has been given away", td->td_comm);
}
#else
#define check_may_wait(td) ((void)0)
#endif

void
lwkt_send_ipiq(struct globaldata *gd, ipifunc_t *fn, void *arg1, int arg2)
{
	crit_enter();
	check_may_wait(curthread);
	chaos_point();
	if (gd == mycpu) {
		fn(arg1, arg2);
		crit_exit();
		return;
	}
	mycpu->gd_cnt_ipiq++;
	while (!ipiq_put(gd, fn, arg1, arg2)) {
		/* The reader may be waiting for room in OUR ring: make some. */
		mycpu->gd_cnt_ipiq_full++;
		ipiq_kick(gd);
		lwkt_process_ipiq();
		cpu_pause();
	}
	ipiq_kick(gd);
	crit_exit();
}

int
lwkt_send_ipiq_nowait(struct globaldata *gd, ipifunc_t *fn, void *arg1,
    int arg2)
{
	int error = 0;

	crit_enter();
	KKASSERT(mycpu->gd_spinlocks == 0);
	chaos_point();
	if (gd == mycpu)
		fn(arg1, arg2);
	else if (ipiq_put(gd, fn, arg1, arg2))
		ipiq_kick(gd);
	else
		error = ENOENT;
	crit_exit();
	return error;
}

static void
ipiq_drain(struct ipiq *iq)
{
	uint32_t r;

	while ((r = iq->iq_rindex) != atomic_load_acq(&iq->iq_windex)) {
		struct ipimsg msg = iq->iq_slots[r % IPIQ_SLOTS];

		/* The slot is free before the call, which may nest here. */
		atomic_store_rel(&iq->iq_rindex, r + 1);
		msg.im_fn(msg.im_arg1, msg.im_arg2);
	}
}

void
lwkt_process_ipiq(void)
{
	struct globaldata *gd = mycpu;

	for (int i = 0; i < howmany(ncpus, 64); i++) {
		uint64_t senders;

		if (atomic_load(&gd->gd_ipimask[i]) == 0)
			continue;
		senders = atomic_swap(&gd->gd_ipimask[i], 0);
		for (; senders != 0; senders &= senders - 1)
			ipiq_drain(
			    &gd->gd_ipiq[i * 64 + __builtin_ctzl(senders)]);
	}
}

struct ipi_sync {
	ipifunc_t *is_fn;
	void *is_arg1;
	uint32_t is_left; /* ATOMIC CPUs that have not run it yet */
};

static void
ipiq_sync_call(void *arg, int arg2)
{
	struct ipi_sync *is = arg;

	is->is_fn(is->is_arg1, arg2);
	atomic_sub(&is->is_left, 1);
}

void
lwkt_ipiq_mask_sync(const struct cpumask *mask, ipifunc_t *fn, void *arg1,
    int arg2)
{
	struct ipi_sync is = { fn, arg1, 0 };

	crit_enter();
	for (int i = 0; i < ncpus; i++) {
		if (!(mask->m[i / 64] >> (i % 64) & 1))
			continue;
		atomic_add(&is.is_left, 1);
		lwkt_send_ipiq(globaldata[i], ipiq_sync_call, &is, arg2);
	}
	while (atomic_load_acq(&is.is_left) != 0) {
		lwkt_process_ipiq();
		cpu_pause();
	}
	crit_exit();
}

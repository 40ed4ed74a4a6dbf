/*
 * spin.c -- spin locks: see spin.h for who may take them.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"

void
spin_init(struct spinlock *sl, const char *name, enum spin_rank rank)
{
	sl->sl_lock = 0;
	sl->sl_rank = rank;
	sl->sl_name = name;
}

#ifdef INVARIANTS
/* The ranks held by a CPU are a set of bits; a new one must be the highest. */
static inline void
spin_note(const struct spinlock *sl)
{
	struct globaldata *gd = mycpu;

	gd->gd_spinlocks++;
	if (unlikely(gd->gd_spinrank >> sl->sl_rank != 0 && !panicking))
		panic("spin lock %s taken against the order", sl->sl_name);
	gd->gd_spinrank |= 1U << sl->sl_rank;
}

static inline void
spin_forget(const struct spinlock *sl)
{
	struct globaldata *gd = mycpu;

	KKASSERT(sl->sl_lock != 0 && gd->gd_spinlocks > 0);
	gd->gd_spinlocks--;
	gd->gd_spinrank &= ~(1U << sl->sl_rank);
}
#else
#define spin_note(sl) ((void)(sl))
#define spin_forget(sl) ((void)(sl))
#endif

inline void
spin_lock(struct spinlock *sl)
{
	crit_enter();
	spin_note(sl);
	while (unlikely(atomic_swap(&sl->sl_lock, 1) != 0))
		while (atomic_load(&sl->sl_lock) != 0)
			cpu_pause();
}

bool
spin_trylock(struct spinlock *sl)
{
	crit_enter();
	if (atomic_swap(&sl->sl_lock, 1) != 0) {
		crit_exit();
		return false;
	}
	spin_note(sl);
	return true;
}

inline void
spin_unlock(struct spinlock *sl)
{
	spin_forget(sl);
	atomic_store_rel(&sl->sl_lock, 0);
	crit_exit();
}

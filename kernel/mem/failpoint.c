/*
 * failpoint.c -- allocations that fail on purpose, for tests.
 *
 * The allocators of kernel/mem call in through the inline failpoint(); tests
 * and the kernel's arguments arm it.  Holds one name with two counters under
 * a spin lock that is only taken while something is armed.
 *
 * Entry points: failpoint_arm, failpoint_arm_process, failpoint_disarm,
 * failpoint_hit.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/mem/failpoint.h"

uint32_t failpoint_armed;

static struct spinlock fp_spin = SPIN_INITIALIZER("failpoint", SPIN_LEAF);
static char fp_name[32];	  /* GUARDED(leaf_spin) */
static long fp_pass;		  /* GUARDED(leaf_spin) still to succeed */
static long fp_fail;		  /* GUARDED(leaf_spin) still to fail, -1 all */
static long fp_hits;		  /* GUARDED(leaf_spin) have failed */
/* Whose allocations; NULL: anybody's.  Only compared. */
static struct thread *fp_thread; /* GUARDED(leaf_spin) */
static struct proc *fp_proc;	 /* GUARDED(leaf_spin) */

bool
failpoint_hit(const char *name)
{
	bool hit = false;

	spin_lock(&fp_spin);
	if ((fp_thread != NULL && fp_thread != curthread) ||
	    (fp_proc != NULL && fp_proc != curthread->td_proc) ||
	    (strcmp(fp_name, "*") != 0 && strcmp(fp_name, name) != 0))
		goto out;
	if (fp_pass > 0) {
		fp_pass--;
		goto out;
	}
	hit = fp_fail != 0;
	if (hit) {
		fp_hits++;
		if (fp_fail > 0)
			fp_fail--;
	}
out:
	spin_unlock(&fp_spin);
	return hit;
}

static void
arm(const char *name, long pass, long fail, struct thread *td, struct proc *p)
{
	spin_lock(&fp_spin);
	strlcpy(fp_name, name, sizeof(fp_name));
	fp_pass = pass;
	fp_fail = fail;
	fp_hits = 0;
	fp_thread = td;
	fp_proc = p;
	spin_unlock(&fp_spin);
	atomic_store_rel(&failpoint_armed, 1);
}

void
failpoint_arm(const char *name, long pass, long fail, bool mine)
{
	arm(name, pass, fail, mine ? curthread : NULL, NULL);
}

void
failpoint_arm_process(const char *name, long pass, long fail)
{
	arm(name, pass, fail, NULL, curthread->td_proc);
}

long
failpoint_disarm(void)
{
	long hits;

	atomic_store_rel(&failpoint_armed, 0);
	spin_lock(&fp_spin);
	hits = fp_hits;
	fp_fail = 0;
	spin_unlock(&fp_spin);
	return hits;
}

static void
failpoint_boot(void)
{
	char name[sizeof(fp_name)];
	const char *arg = cmdline_get("failpoint");

	if (arg == NULL)
		return;
	strlcpy(name, arg, sizeof(name));
	failpoint_arm(name, cmdline_num("failpoint_pass", 0),
	    cmdline_num("failpoint_fail", -1), false);
}
SYSINIT(failpoint, SI_SUB_KICK_SCHEDULER, SI_ORDER_FIRST, failpoint_boot);

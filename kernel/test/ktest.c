/*
 * ktest.c -- runs the tests of section .ktest: see ktest.h.
 *
 * At SI_SUB_KTEST, when the kernel argument is there, a kernel thread takes
 * over and the start-up waits for good: so no process disturbs the counts.
 * Output is TAP; the machine ends with status 0 when all tests have passed.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/sys/census.h"
#include "kernel/test/ktest.h"

#define KTEST_COMPLAINTS 8 /* printed for each test */

extern const struct ktest __ktest_start[], __ktest_end[];

static MALLOC_DEFINE(M_KTEST, "ktest");

static char ktest_prefix[64];		/* STABLE */
static struct census_set census_before;	/* OWNER the runner */
static struct census_set census_after;	/* OWNER the runner */
static uint32_t ktest_failures;		/* ATOMIC of the running test */
static uint32_t ktest_threads;		/* ATOMIC that have not ended */
static int ktest_want_cpus;		/* OWNER the runner; 0: no skip */

static bool
ktest_fail(void)
{
	return atomic_fetchadd(&ktest_failures, 1) < KTEST_COMPLAINTS;
}

bool
ktest_check(bool ok, const char *expr, const char *file, int line)
{
	if (!ok && ktest_fail())
		kprintf("# %s:%d: failed: %s\n", file, line, expr);
	return ok;
}

bool
ktest_equal(long a, long b, const char *expr, const char *file, int line)
{
	if (a != b && ktest_fail())
		kprintf("# %s:%d: failed: %s (%ld, %ld)\n", file, line, expr,
		    a, b);
	return a == b;
}

bool
ktest_needs_cpus(int n)
{
	if (ncpus < n)
		ktest_want_cpus = n;
	return ncpus >= n;
}

uint64_t
ktest_giveup(void)
{
	return cpu_uptime_ns() + KTEST_GIVEUP_NS;
}

bool
ktest_pause(uint64_t end)
{
	static const char nobody_wakes_this;

	tsleep(&nobody_wakes_this, PASKED, "ktest", NS_PER_MS); /* sleeps */
	return cpu_uptime_ns() < end;
}

bool
ktest_yield(uint64_t end)
{
	cpu_pause();
	lwkt_yield(); /* sleeps */
	return cpu_uptime_ns() < end;
}

struct ktest_call {
	void (*kc_fn)(void *);
	void *kc_arg;
};

static void
ktest_thread(void *arg)
{
	struct ktest_call call = *(struct ktest_call *)arg;

	kfree(arg, &M_KTEST);
	call.kc_fn(call.kc_arg);
	atomic_sub(&ktest_threads, 1);
}

struct thread *
ktest_spawn_flags(void (*fn)(void *), void *arg, uint32_t flags, int pri,
    int cpuid)
{
	struct ktest_call *call = kmalloc(sizeof(*call), &M_KTEST, 0);
	struct thread *td = NULL;

	KASSERT(call != NULL, "no memory for a test");
	*call = (struct ktest_call){ fn, arg };
	atomic_add(&ktest_threads, 1);
	if (lwkt_create(ktest_thread, call, &td, flags, pri, cpuid, "ktest"))
		panic("no memory for a test's thread");
	return td;
}

struct thread *
ktest_spawn(void (*fn)(void *), void *arg, int pri, int cpuid)
{
	return ktest_spawn_flags(fn, arg, 0, pri, cpuid);
}

int
ktest_live(void)
{
	return (int)atomic_load_acq(&ktest_threads);
}

bool
ktest_join(void)
{
	return KT_WAIT(ktest_live() == 0); /* sleeps */
}

static bool
census_is_back(void)
{
	census_set_take(&census_after);
	return census_set_diff(&census_before, &census_after, NULL) == 0;
}

static void
ktest_leak(const char *name, int64_t before, int64_t after)
{
	if (ktest_fail())
		kprintf("# left behind: %s %ld -> %ld\n", name, (long)before,
		    (long)after);
}

/* Dead threads are freed a moment after they have ended: the counts may take
 * a while to come back. */
static void
ktest_check_census(void)
{
	uint64_t end = ktest_giveup();

	while (!census_is_back())
		if (!ktest_pause(end)) { /* sleeps */
			census_set_diff(&census_before, &census_after,
			    ktest_leak);
			return;
		}
}

static bool
ktest_run(const struct ktest *kt, int number)
{
	bool ok;

	ktest_failures = 0;
	ktest_want_cpus = 0;
	census_set_take(&census_before);
	kt->kt_fn();
	ktest_join(); /* sleeps */
	if (ktest_failures == 0)
		ktest_check_census(); /* sleeps */
	ok = ktest_failures == 0;
	if (ok && ktest_want_cpus != 0)
		kprintf("ok %d - %s # skip needs %d CPUs\n", number,
		    kt->kt_name, ktest_want_cpus);
	else
		kprintf("%sok %d - %s # spec: %s\n", ok ? "" : "not ", number,
		    kt->kt_name, kt->kt_rows);
	return ok;
}

static void
ktest_main(void *unused)
{
	size_t len = strlen(ktest_prefix);
	int n = 0, failed = 0;

	(void)unused;
	for (const struct ktest *kt = __ktest_start; kt < __ktest_end; kt++)
		if (strncmp(kt->kt_name, ktest_prefix, len) == 0)
			failed += !ktest_run(kt, ++n); /* sleeps */
	kprintf("1..%d\n", n);
	cpu_exit_emulator(failed != 0);
}

static void
ktest_start(void)
{
	const char *prefix = cmdline_get("ktest");

	if (prefix == NULL)
		return;
	strlcpy(ktest_prefix, prefix, sizeof(ktest_prefix));
	if (lwkt_create(ktest_main, NULL, NULL, 0, TDPRI_KERN_USER, 0, "ktest"))
		panic("no memory for the in-kernel tests");
	for (;;)
		tsleep(ktest_prefix, 0, "ktest", 0); /* sleeps */
}
SYSINIT(ktest, SI_SUB_KTEST, SI_ORDER_FIRST, ktest_start);

/*
 * provoke_san.c -- bugs for the sanitizers to find, for tests/san.t: kernel
 * argument provoke=WHAT, in builds with SAN=1 only.  Each is to end in a
 * report that names it.
 *
 * A dead LWP, process or kernel stack is a real one: the first process that
 * exits is remembered, and when it has been buried the next one looks at it.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/proc.h"

static MALLOC_DEFINE(M_PLANT, "plant");

/* The compiler forgets where p comes from. */
#define HIDE(p) __asm__ volatile("" : "+r"(p))

static volatile int sink;

/* OWNER of the exiting process: they come one after the other. */
static struct proc *dead_proc;
static struct lwp *dead_lwp;
static struct thread *dead_thread;
static int dead_pid;

/* True when the process that exited first is gone. */
static bool
remember(struct thread *td)
{
	struct proc *p;

	if (dead_pid == 0) {
		dead_proc = td->td_proc;
		dead_lwp = td->td_lwp;
		dead_thread = td;
		dead_pid = td->td_proc->p_pid;
		return false;
	}
	p = pfind_any(dead_pid);
	if (p != NULL)
		PRELE(p);
	return p == NULL;
}

static void
look_at_lwp(struct thread *td)
{
	if (remember(td))
		sink = dead_lwp->lwp_tid;
}

static void
look_at_proc(struct thread *td)
{
	if (remember(td))
		sink = dead_proc->p_pid;
}

static void
look_at_stack(struct thread *td)
{
	if (remember(td))
		sink = dead_thread->td_pri;
}

static void
kmalloc_bounds(void)
{
	char *p = kmalloc(20, &M_PLANT, M_ZERO);

	p[20] = 1;
	sink = p[20];
	kfree(p, &M_PLANT);
}

/* After many others of its kind have been taken: it must not be one of them
 * yet. */
static void
late_use(void)
{
	char *late = kmalloc(64, &M_PLANT, 0), *p;

	kfree(late, &M_PLANT);
	for (int i = 0; i < 200; i++) {
		p = kmalloc(64, &M_PLANT, M_ZERO);
		sink = p[63];
	}
	sink = late[3];
}

static void
freed_twice(void)
{
	char *p = kmalloc(64, &M_PLANT, 0);

	kfree(p, &M_PLANT);
	kfree(p, &M_PLANT);
	sink = 0;
}

static void
stack_bounds(void)
{
	char sixteen[16] = { 0 };
	char *p = sixteen;

	HIDE(p);
	p[16] = 1;
	sink = p[0];
}

static void
global_bounds(void)
{
	static char twelve[12];
	char *p = twelve;

	HIDE(p);
	p[12] = 1;
	sink = p[0];
}

static void
kernel_copy(void)
{
	char *from = kmalloc(200, &M_PLANT, M_ZERO);
	char *to = kmalloc(192, &M_PLANT, 0);

	memcpy(to, from, 200);
	sink = to[0];
	kfree(from, &M_PLANT);
	kfree(to, &M_PLANT);
}

static void
shift(void)
{
	int by = 32;

	HIDE(by);
	sink = 1 << by;
}

static void
sum(void)
{
	int a = INT32_MAX;

	HIDE(a);
	sink = a + 1;
}

static void
table(void)
{
	static const int four[4] = { 1, 2, 3, 4 };
	int i = 4;

	HIDE(i);
	sink = four[i];
}

static const struct {
	const char *name;
	void (*fn)(void);	 /* done at once, or ... */
	exitlist_fn *at_exit; /* ... at every exit */
} plants[] = {
	{ "dead_lwp", NULL, look_at_lwp },
	{ "dead_proc", NULL, look_at_proc },
	{ "dead_stack", NULL, look_at_stack },
	{ "kmalloc_bounds", kmalloc_bounds, NULL },
	{ "late_use", late_use, NULL },
	{ "freed_twice", freed_twice, NULL },
	{ "stack_bounds", stack_bounds, NULL },
	{ "global_bounds", global_bounds, NULL },
	{ "kernel_copy", kernel_copy, NULL },
	{ "shift", shift, NULL },
	{ "sum", sum, NULL },
	{ "table", table, NULL },
};

/* On a thread of its own, with a stack like any other's. */
static void
plant(void *arg)
{
	void (*fn)(void) = arg;

	fn();
}

static void
plant_init(void)
{
	const char *what = cmdline_get("provoke");

	for (size_t i = 0; what != NULL && i < nitems(plants); i++) {
		if (strcmp(what, plants[i].name) != 0)
			continue;
		if (plants[i].at_exit != NULL)
			at_exit(plants[i].at_exit);
		else
			lwkt_create(plant, (void *)plants[i].fn, NULL, 0,
			    TDPRI_KERN_DAEMON, 0, "plant");
	}
}
SYSINIT(plant, SI_SUB_KTEST, SI_ORDER_ANY, plant_init);

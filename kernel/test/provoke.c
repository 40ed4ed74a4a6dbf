/*
 * provoke.c -- does one forbidden thing at boot, for tests/protection.t:
 * kernel argument provoke=WHAT.  Every one of them is to end in a panic that
 * names it.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/token.h"
#include "kernel/mem/kmalloc.h"

MALLOC_DEFINE(M_PROVOKE, "provoke");

/* A last act, so that no call before it is a jump and lost to the backtrace. */
#define AND_RETURN() __asm__ volatile("" ::: "memory")

static struct lwkt_token provoke_token = TOKEN_INITIALIZER("provoked");
static struct spinlock provoke_spin = SPIN_INITIALIZER("provoked", SPIN_LEAF);

static void
write_text(void)
{
	kprintf("writing to %p\n", (void *)write_text);
	*(volatile char *)(uintptr_t)write_text = 0;
}

static void
write_rodata(void)
{
	static const char constant[] = "constant";

	kprintf("writing to %p\n", (const void *)constant);
	*(volatile char *)(uintptr_t)constant = 0;
}

static void
exec_data(void)
{
	static char code[] = { (char)0xc3 };

	((void (*)(void))(uintptr_t)code)();
	AND_RETURN();
}

static void
exec_stack(void)
{
	volatile char code[] = { (char)0xc3 };

	((void (*)(void))(uintptr_t)code)();
	AND_RETURN();
}

static void
null_pointer(void)
{
	volatile uintptr_t nowhere = 8;

	*(volatile int *)nowhere = 0;
}

/* Not a tail call, and not endless in the compiler's eyes. */
static int
overflow(volatile int depth)
{
	char fill[256];

	memset(fill, depth, sizeof(fill));
	return depth == 0 ? fill[0] : overflow(depth + 1) + fill[depth & 255];
}

static void
stack(void)
{
	kprintf("%d\n", overflow(1));
}

static void
sleep_spinning(void)
{
	spin_lock(&provoke_spin);
	tsleep(&provoke_spin, 0, "provoke", 1);
	AND_RETURN();
}

static void
free_twice(void)
{
	void *p = kmalloc(64, &M_PROVOKE, 0);

	kfree(p, &M_PROVOKE);
	kfree(p, &M_PROVOKE);
	AND_RETURN();
}

static void
token(void)
{
	lwkt_gettoken(&provoke_token);
	panic("with a token");
}

static const struct {
	const char *name;
	void (*fn)(void);
} provocations[] = {
	{ "write_text", write_text },
	{ "write_rodata", write_rodata },
	{ "exec_data", exec_data },
	{ "exec_stack", exec_stack },
	{ "null_pointer", null_pointer },
	{ "stack", stack },
	{ "sleep_spinning", sleep_spinning },
	{ "free_twice", free_twice },
	{ "token", token },
};

/* On a thread of its own: its stack has a guard page like any other's. */
static void
provoke(void *arg)
{
	void (*fn)(void) = arg;

	fn();
	AND_RETURN();
}

static void
provoke_init(void)
{
	const char *what = cmdline_get("provoke");

	for (size_t i = 0; what != NULL && i < nitems(provocations); i++)
		if (strcmp(what, provocations[i].name) == 0)
			lwkt_create(provoke, (void *)provocations[i].fn, NULL,
			    0, TDPRI_KERN_DAEMON, 0, "provoke");
}
SYSINIT(provoke, SI_SUB_KTEST, SI_ORDER_ANY, provoke_init);

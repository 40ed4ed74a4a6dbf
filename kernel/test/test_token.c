/*
 * test_token.c -- tokens and spin locks (spec 2.3).
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/test/ktest.h"

#define TURNS 500
#define ADDITIONS 2000

static struct lwkt_token tok_a = TOKEN_INITIALIZER("ktest a");
static struct lwkt_token tok_b = TOKEN_INITIALIZER("ktest b");
static struct spinlock spin = SPIN_INITIALIZER("ktest", SPIN_LEAF);
static volatile long plain;   /* GUARDED by what the test is about */
static volatile long plain_b; /* the same */
static uint32_t turn;	      /* GUARDED by tok_a */
static uint32_t flag;	      /* ATOMIC */

/* Gives the other CPUs time to make the mistake. */
static void
linger(void)
{
	for (int i = 0; i < 100; i++)
		cpu_pause();
}

static void
take_turns(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	lwkt_gettoken(&tok_a);
	for (int i = 0; i < TURNS; i++) {
		while (turn != me)
			tsleep(&turn, 0, "turn", 0); /* sleeps */
		plain++;
		turn = !me;
		wakeup(&turn);
	}
	lwkt_reltoken(&tok_a);
}

static void
test_token_alternate(void)
{
	plain = 0;
	turn = 0;
	ktest_spawn(take_turns, (void *)0, TDPRI_KERN_USER, 0);
	ktest_spawn(take_turns, (void *)1, TDPRI_KERN_USER, ncpus - 1);
	ktest_join(); /* sleeps */
	KT_EQUAL(plain, 2 * TURNS);
}
KTEST(token_alternate, "2.3 t1", test_token_alternate);

static void
test_token_recursion(void)
{
	KT_CHECK(!lwkt_token_held(&tok_a));
	lwkt_gettoken(&tok_a);
	lwkt_gettoken(&tok_b);
	lwkt_gettoken(&tok_a);
	KT_CHECK(lwkt_trytoken(&tok_b));
	KT_CHECK(lwkt_token_held(&tok_a) && lwkt_token_held(&tok_b));
	lwkt_reltoken(&tok_b);
	lwkt_reltoken(&tok_a);
	KT_CHECK(lwkt_token_held(&tok_a) && lwkt_token_held(&tok_b));
	lwkt_reltoken(&tok_b);
	KT_CHECK(lwkt_token_held(&tok_a) && !lwkt_token_held(&tok_b));
	lwkt_reltoken(&tok_a);
	KT_CHECK(!lwkt_token_held(&tok_a));
	KT_CHECK(curthread->td_toks_stop == curthread->td_toks);
}
KTEST(token_recursion, "2.3 t2", test_token_recursion);

static void
take_while_it_sleeps(void *unused)
{
	(void)unused;
	lwkt_gettoken(&tok_a);
	plain++;
	wakeup(&flag);
	linger(); /* the sleeper is runnable, and must not run yet */
	plain++;
	lwkt_reltoken(&tok_a);
}

static void
test_token_lost_on_block(void)
{
	for (int cpu = 0; cpu < ncpus; cpu++) {
		plain = 0;
		lwkt_gettoken(&tok_a);
		lwkt_gettoken(&tok_a);
		ktest_spawn(take_while_it_sleeps, NULL, TDPRI_KERN_USER, cpu);
		while (plain == 0)
			tsleep(&flag, 0, "lost", 0); /* sleeps */
		/* The other one has not blocked between its two steps. */
		KT_EQUAL(plain, 2);
		KT_CHECK(lwkt_token_held(&tok_a));
		lwkt_reltoken(&tok_a);
		KT_CHECK(lwkt_token_held(&tok_a));
		lwkt_reltoken(&tok_a);
		ktest_join(); /* sleeps */
	}
}
KTEST(token_lost_on_block, "2.3 t3", test_token_lost_on_block);

static void
add_under_token(void *unused)
{
	(void)unused;
	for (int i = 0; i < ADDITIONS; i++) {
		long was;

		lwkt_gettoken(&tok_a);
		was = plain;
		linger();
		plain = was + 1;
		lwkt_reltoken(&tok_a);
	}
}

static void
test_token_contention(void)
{
	plain = 0;
	for (int i = 0; i < 2 * ncpus; i++)
		ktest_spawn(add_under_token, NULL, TDPRI_KERN_USER, i % ncpus);
	ktest_join(); /* sleeps */
	KT_EQUAL(plain, 2L * ncpus * ADDITIONS);
}
KTEST(token_contention, "2.3", test_token_contention);

/* Half of the threads take them in one order, half in the other. */
static void
add_under_both(void *arg)
{
	struct lwkt_token *first = arg;
	struct lwkt_token *second = first == &tok_a ? &tok_b : &tok_a;

	for (int i = 0; i < ADDITIONS / 4; i++) {
		lwkt_gettoken(first);
		if (first == &tok_a)
			plain++;
		else
			plain_b++;
		lwkt_gettoken(second);
		plain++;
		if (i % 64 == 0)
			lwkt_yield(); /* sleeps */
		plain_b++;
		lwkt_reltoken(second);
		lwkt_reltoken(first);
	}
}

static void
test_token_no_order(void)
{
	long threads = 2 * max(ncpus, 2);

	plain = plain_b = 0;
	for (int i = 0; i < threads; i++)
		ktest_spawn(add_under_both, i % 2 ? &tok_a : &tok_b,
		    TDPRI_KERN_USER, (i / 2) % ncpus);
	ktest_join(); /* sleeps */
	KT_EQUAL(plain + plain_b, threads * 3 * (ADDITIONS / 4));
	KT_EQUAL(plain, plain_b);
}
KTEST(token_no_order, "2.3", test_token_no_order);

static void
try_and_fail(void *unused)
{
	(void)unused;
	KT_CHECK(!lwkt_trytoken(&tok_a));
	KT_CHECK(!lwkt_token_held(&tok_a));
	atomic_store(&flag, 1);
}

static void
test_token_try(void)
{
	if (!ktest_needs_cpus(2))
		return;
	flag = 0;
	KT_CHECK(lwkt_trytoken(&tok_a));
	ktest_spawn(try_and_fail, NULL, TDPRI_KERN_USER, 1);
	/* No yield: that would let go of the token. */
	for (uint64_t end = ktest_giveup();
	    atomic_load(&flag) == 0 && cpu_uptime_ns() < end;)
		cpu_pause();
	KT_EQUAL(atomic_load(&flag), 1);
	lwkt_reltoken(&tok_a);
}
KTEST(token_try, "2.3", test_token_try);

static void
add_under_spin(void *unused)
{
	(void)unused;
	for (int i = 0; i < ADDITIONS; i++) {
		long was;

		spin_lock(&spin);
		was = plain;
		linger();
		plain = was + 1;
		spin_unlock(&spin);
	}
}

static void
test_spin_contention(void)
{
	plain = 0;
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(add_under_spin, NULL, TDPRI_KERN_USER, i);
	ktest_join(); /* sleeps */
	KT_EQUAL(plain, (long)ncpus * ADDITIONS);
}
KTEST(spin_contention, "style 3", test_spin_contention);

static void
test_spin_books(void)
{
	struct spinlock low = SPIN_INITIALIZER("ktest", SPIN_HASH);
	int crit_depth = curthread->td_critcount;

	spin_lock(&low);
	spin_lock(&spin);
	KT_EQUAL(mycpu->gd_spinlocks, 2);
	KT_EQUAL(curthread->td_critcount, crit_depth + 2);
	KT_CHECK(!spin_trylock(&low));
	KT_EQUAL(mycpu->gd_spinlocks, 2);
	spin_unlock(&spin);
	KT_CHECK(spin_trylock(&spin));
	spin_unlock(&spin);
	spin_unlock(&low);
	KT_EQUAL(mycpu->gd_spinlocks, 0);
	KT_EQUAL(mycpu->gd_spinrank, 0);
	KT_EQUAL(curthread->td_critcount, crit_depth);
}
KTEST(spin_books, "style 3", test_spin_books);

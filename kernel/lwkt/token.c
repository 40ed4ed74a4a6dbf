/*
 * token.c -- taking, losing and regaining tokens: see token.h for the rules.
 *
 * A token points at the reference (a slot in a thread's td_toks) with which
 * its holder took it first.  A thread that cannot have a token stays runnable
 * and switches away; the scheduler runs it again when it can have ALL the
 * tokens of its list (lwkt_getalltokens), so nobody waits while holding.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/thread.h"
#include "kernel/lwkt/token.h"

/* Is ref one of td's?  By address: the other thread may be gone already. */
static inline bool
tokref_is_of(const struct tokref *ref, const struct thread *td)
{
	return ref >= td->td_toks && ref < td->td_toks + TD_MAXTOKENS;
}

static inline bool
tokref_acquire(struct tokref *ref, const struct thread *td)
{
	struct lwkt_token *tok = ref->tr_tok;
	struct tokref *cur = atomic_load(&tok->t_ref);

	if (likely(cur == NULL))
		return atomic_cmpset(&tok->t_ref, NULL, ref);
	return tokref_is_of(cur, td);
}

static inline void
tokref_release(struct tokref *ref)
{
	if (ref->tr_tok->t_ref == ref)
		atomic_store_rel(&ref->tr_tok->t_ref, NULL);
}

void
lwkt_token_init(struct lwkt_token *tok, const char *name)
{
	tok->t_ref = NULL;
	tok->t_name = name;
}

static struct tokref *
tokref_push(struct thread *td, struct lwkt_token *tok)
{
	struct tokref *ref = td->td_toks_stop;

	KKASSERT(ref < td->td_toks + TD_MAXTOKENS);
	ref->tr_tok = tok;
	ref->tr_owner = td;
	return ref;
}

/* The token is another's: waits, runnable, until the scheduler has it. */
static __rare void
wait_for_token(struct thread *td, struct tokref *ref)
{
	KKASSERT(td->td_critcount == 0);
	compiler_fence();
	td->td_toks_stop = ref + 1;
	mycpu->gd_cnt_token_wait++;
	lwkt_switch(); /* sleeps */
}

/* MODEL: sleep.pml. */
inline void
lwkt_gettoken(struct lwkt_token *tok)
{
	struct thread *td = curthread;
	struct tokref *ref;

	chaos_point_sleeps();
	ref = tokref_push(td, tok);
	KKASSERT(mycpu->gd_spinlocks == 0);
	if (unlikely(!tokref_acquire(ref, td))) {
		wait_for_token(td, ref); /* sleeps */
		return;
	}
	/* Taken before it is listed: if an interrupt thread preempts in
	 * between, the token is not lost, for nothing but a voluntary switch
	 * gives tokens up. */
	compiler_fence();
	td->td_toks_stop = ref + 1;
}

bool
lwkt_trytoken(struct lwkt_token *tok)
{
	struct thread *td = curthread;
	struct tokref *ref;

	chaos_point();
	ref = tokref_push(td, tok);
	if (!tokref_acquire(ref, td))
		return false;
	compiler_fence();
	td->td_toks_stop = ref + 1;
	return true;
}

/* MODEL: sleep.pml. */
inline void
lwkt_reltoken(struct lwkt_token *tok)
{
	struct thread *td = curthread;
	struct tokref *ref = td->td_toks_stop - 1;

	KKASSERT(ref >= td->td_toks && ref->tr_tok == tok);
	tokref_release(ref);
	compiler_fence();
	td->td_toks_stop = ref;
	chaos_point();
}

bool
lwkt_token_held(const struct lwkt_token *tok)
{
	const struct tokref *ref = atomic_load(&tok->t_ref);

	return ref != NULL && tokref_is_of(ref, curthread);
}

inline void
lwkt_relalltokens(struct thread *td)
{
	struct tokref *ref = td->td_toks_stop;

	while (ref != td->td_toks)
		tokref_release(--ref);
}

bool
lwkt_getalltokens(struct thread *td)
{
	struct tokref *ref = td->td_toks;

	for (; ref != td->td_toks_stop; ref++)
		if (unlikely(!tokref_acquire(ref, td)))
			break;
	if (likely(ref == td->td_toks_stop))
		return true;
	while (ref != td->td_toks)
		tokref_release(--ref);
	return false;
}

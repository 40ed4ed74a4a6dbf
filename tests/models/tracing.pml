/*
 * tracing.pml -- a child that a stranger traces, and three who wait for it.
 *
 * Stands for: trace_begin, trace_end, orphan_lock, trace_give_back,
 * tell_real_parent, trace_kill_all, orphans_hand_on (tracees.c);
 * kern_trace_attach (ptrace.c); family_move, adopt_all, exit_publish,
 * exit_tell_parent (family.c); kern_wait, collect (wait.c).
 *
 * R has a child C, and T traces it, at any time or not at all, and lets it go,
 * or does not.  R and T wait for all they have, or end, at any time; I is the
 * heir of both and waits for ever.  C ends by itself, or when it is killed.
 * In the end C is dead and buried, if it has ended, and everybody has been told
 * what is his to know: R, while it lives, of its child, once.
 *
 * Left out: stops; the burial's holds (handshake.pml); the ends of R and T
 * themselves (adoption.pml); real parents that want no zombies; a tracer that
 * is the real parent, of whom the wait does nothing new.
 *
 * Mutants:
 *	M_NO_SECOND_LOOK	law 5: orphan_lock() does not compare p_opptr
 *	M_ATTACH_UNLOOKED	law 5: attach does not compare p_pptr
 *	M_GIVE_BACK_SILENT	law 6: the real parent is not woken for its zombie
 *	M_KILL_SILENT		law 6: nor when the tracer ends with a zombie
 *	M_UNCOUNTED		ECHILD: the real parent does not count an orphan
 *	M_NOT_GIVEN_BACK	X83: the tracer's wait buries it
 *	M_GIVEN_TWICE		D27: given back, and buried by the tracer, too
 *	M_ORPHAN_STAYS		a dead real parent's orphan stays its own
 *	M_NOT_KILLED		E56: what is traced outlives its tracer
 */
#define I 0
#define R 1
#define T 2
#define NP 3
#define NOBODY 7

#define THREADS 5
#include "lwkt.h"

#define PARENT(p) (1 + p) /* what is slept on */
#define FINISHED 4

#define NONE 0
#define LIVING 1
#define DEAD 2

byte pptr = R, opptr = NOBODY, list = LIVING, nchildren[NP];
byte reports[NP];
bit gone[NP]; /* has handed on its children */
bit traced, claimed, killed, must_die, zombie, finished, freed;

#define has(q) (pptr == q && list == DEAD)

/* What stmt does with the token of the real parent beside its own.  It looks
 * again until that has not changed. */
#ifdef M_NO_SECOND_LOOK
#define SAME(old) true
#else
#define SAME(old) (opptr == old)
#endif
#define UNDER_REAL_PARENT(stmt) \
	do \
	:: who = opptr; \
		atomic { \
			looked = SAME(who); \
			if \
			:: looked -> assert(opptr == who); stmt \
			:: else \
			fi \
		}; \
		if \
		:: looked -> break \
		:: else \
		fi \
	od; \
	atomic { who = NOBODY; looked = 0 }

/* From x, its tracer, to its real parent; both tokens are held. */
inline trace_end()
{
	traced = 0;
	if
	:: opptr != NOBODY ->
		nchildren[x]--;
		pptr = opptr; opptr = NOBODY;
		claimed = 0;
		list = (zombie -> DEAD : LIVING)
	:: else
	fi
}

inline tell_real_parent()
{
#ifdef M_GIVE_BACK_SILENT
	skip
#else
	wakeup(PARENT(pptr))
#endif
}

inline give_back()
{
	trace_end(); tell_real_parent()
}

inline kill()
{
	if
	:: traced && pptr == x ->
		trace_end();
		must_die = 1;
#ifndef M_NOT_KILLED
		killed = 1;
#endif
		if
#ifndef M_KILL_SILENT
		:: list == DEAD -> wakeup(PARENT(pptr))
#endif
		:: else
		fi
	:: else
	fi
}

inline detach()
{
	if
	:: traced && pptr == x && list == LIVING -> trace_end()
	:: else
	fi
}

proctype child()
{
	byte pp = NOBODY;
	bit looked;

	if
	:: true
	:: true ->
end_alive:	killed
	fi;
	/* exit_publish() */
	do
	:: pp = pptr;
		atomic {
			looked = pptr == pp;
			if
			:: looked -> list = DEAD; zombie = 1
			:: else
			fi
		};
		if
		:: looked -> break
		:: else
		fi
	od;
	/* exit_tell_parent() */
	do
	:: pp = pptr;
		atomic {
			looked = pptr == pp;
			if
			:: looked -> wakeup(PARENT(pp))
			:: else
			fi
		};
		if
		:: looked -> break
		:: else
		fi
	od;
	atomic { finished = 1; wakeup(FINISHED) }
}

/* kern_wait() for any child, until ECHILD; the child's death is reported to
 * x, and it is buried or given back. */
inline wait_all()
{
	do
	::
end_asleep:	do
		:: atomic {
			awake ->
			if
			:: has(x) && !claimed ->
				claimed = 1; list = NONE; found = 1; break
			:: !(has(x) && !claimed) && nchildren[x] == 0 ->
				assert(pptr != x || freed);
				assert(opptr != x);
				break
			:: else -> sleep_on(PARENT(x))
			fi
		   }
		od;
		if
		:: !found -> break
		:: else
		fi;
		found = 0;
		do
		:: atomic { awake && !finished -> sleep_on(FINISHED) }
		:: atomic { awake && finished -> break }
		od;
		atomic {
			assert(!freed);
			reports[x]++;
			assert(reports[x] == 1)
		};
		if
#ifndef M_NOT_GIVEN_BACK
		:: opptr != NOBODY -> UNDER_REAL_PARENT(give_back());
#ifdef M_GIVEN_TWICE
			atomic { assert(!freed && pptr == x); freed = 1 }
#endif
#endif
		:: else ->
			atomic {
				assert(opptr == NOBODY && !freed);
				nchildren[x]--; freed = 1;
				wakeup(PARENT(x))
			}
		fi
	od
}

/* Ends: kills what it traces, hands on what is its own. */
inline end_of()
{
	if
	:: traced && pptr == x && x == T -> UNDER_REAL_PARENT(kill())
	:: else
	fi;
	atomic {
		if
		:: pptr == x ->
			pptr = I; nchildren[x]--; nchildren[I]++
		:: else
		fi;
#ifndef M_ORPHAN_STAYS
		if
		:: opptr == x -> opptr = I; nchildren[x]--; nchildren[I]++
		:: else
		fi;
#endif
		gone[x] = 1;
		wakeup(PARENT(I))
	}
}

proctype parent(byte x)
{
	byte who = NOBODY;
	bit found, looked;

	if
	:: wait_all()
	:: true
	fi;
	end_of()
}

proctype tracer(byte x)
{
	byte who = NOBODY, pp = NOBODY;
	bit found, looked;

	/* kern_trace_attach() */
	do
	:: pp = pptr;
		atomic {
			looked = pptr == pp;
#ifdef M_ATTACH_UNLOOKED
			looked = 1;
#endif
			if
			:: looked && list == LIVING ->
				assert(!gone[pp]);
				traced = 1; opptr = pp; pptr = x;
				nchildren[x]++;
#ifdef M_UNCOUNTED
				nchildren[pp]--;
#endif
			:: else
			fi
		};
		if
		:: looked -> break
		:: else
		fi
	:: goto ends
	od;
	looked = 0;
	if
	:: wait_all()
	:: traced && pptr == x && list == LIVING ->
		UNDER_REAL_PARENT(detach()) /* PT_DETACH */
	:: true
	fi;
ends:	end_of()
}

proctype heir()
{
	byte x = I, who = NOBODY;
	bit found, looked;

	do
	:: wait_all();
end_childless:	nchildren[I] != 0
	od
}

init {
	atomic {
		nchildren[R] = 1;
		run child(); run parent(R); run tracer(T); run heir()
	};
	timeout -> assert(freed ||
	    !zombie && !must_die && !(traced && gone[T]))
}

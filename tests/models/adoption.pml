/*
 * adoption.pml -- a chain of processes ends in any order, all at once.
 *
 * Stands for: parent_lock, parent_unlock, exit_publish,
 * exit_orphan_children, adopt_all, proc_reparent, exit_tell_parent,
 * family_claim, family_bury (family.c); sysreaper_heir, exit_sysreaper
 * (sysreaper.c); find_any, find_by_pid, wait_finished, bury, wait_sleep,
 * kern_wait (wait.c); pfind_any, pfind_child, pid_leave, proc_stall,
 * wait_until_unheld (pid.c); PHOLD, PRELE (proc.h).
 *
 * Init has a child S, S a child P, P a child C.  C ends; P and S wait for
 * their children, or not, and end too; S may live on, but has then waited.  S
 * may be the reaper of its descendants.  Init's first thread waits for any
 * child, again and again; its second waits for C by number.  In the end
 * everybody who has ended must have been buried.
 *
 * A process is one thread here: its threads and its stack are handshake.pml's.
 * A parent_lock() that looks again waits until the parent's number has
 * changed, so that looking for ever shows as a deadlock.  Left out: numbers
 * that are used again (p_pptr is compared under the token), clones, the
 * claim of a wait that is interrupted by its own process's end (the end waits
 * for its threads first).
 *
 * Mutants:
 *	M_PUBLISH_LATE		law 2: told, orphaned, and only then a zombie
 *	M_TELL_BEFORE_ORPHANS	law 3: the parent hears of P, and C is P's still
 *	M_TELL_BEFORE_ADOPTION	law 3, D28: the heir is woken too early
 *	M_TELL_OLD_PARENT	law 3: tells who was the parent when it published
 *	M_BURY_UNFINISHED	law 4: P is buried before it has walked its way
 *	M_PARENT_UNHELD		law 4: the parent is found, but not held
 *	M_HEIR_UNHELD		law 4: the heir is chosen, but not held
 *	M_NO_SECOND_LOOK	law 5: parent_lock() does not compare p_pptr
 *	M_ADOPT_SILENT		law 6: the heir's waits are not woken
 *	M_TELL_SILENT		law 6: the parent's waits are not woken
 *	M_BURY_SILENT		law 6: init's other wait is not woken
 *	M_NUMBER_STAYS		p_ppid is not changed at the adoption
 *	M_LIVING_ONLY		zombies are not handed on
 *	M_ADOPT_UNCOUNTED	ECHILD: the heir does not count its new children
 *	M_ORPHANED_IGNORED	an heir that has handed on its own takes more
 *	M_REAPER_STAYS		a reaper that ends is still chosen
 */
#define I 0
#define S 1
#define P 2
#define C 3
#define NP 4
#define NOBODY 7

#define THREADS 6
#include "lwkt.h"

#define PARENT(p) (1 + p) /* what is slept on */
#define NTHREADS(p) (5 + p)
#define LOCK(p) (9 + p)

#define NONE 0
#define LIVING 1
#define DEAD 2

byte pptr[NP], list[NP], nchildren[NP], nwaiting, holds[NP];
bit in_table[NP], claimed[NP], orphaned[NP], stalled[NP];
bit finished[NP], freed[NP];
bit stays; /* S lives on */
byte reaper;     /* sr_proc of S, P and C: S or init */

#define ppid pptr
#ifdef M_NUMBER_STAYS
byte number[NP];
#undef ppid
#define ppid number
#endif

inline phold(p) { assert(!freed[p]); holds[p]++ }

inline prele(p)
{
	atomic {
		assert(!freed[p] && holds[p] > 0);
		holds[p]--;
		if
		:: holds[p] == 0 && stalled[p] -> wakeup(LOCK(p))
		:: else
		fi
	}
}

/* Publishes x, or tells its parent, under the parent's token. */
inline under_parent_lock(publishing)
{
	do
	:: pp = ppid[x];
		if
		:: atomic { in_table[pp] ->
#ifndef M_PARENT_UNHELD
			phold(pp)
#endif
		   }
			atomic {
				assert(!freed[pp]);
				found = pptr[x] == pp;
#ifdef M_NO_SECOND_LOOK
				found = 1;
#endif
				if
				:: found -> assert(pptr[x] == pp);
					if
					:: publishing -> list[x] = DEAD
					:: else -> tell(pp)
					fi
				:: else
				fi
			};
#ifndef M_PARENT_UNHELD
			prele(pp);
#endif
			if
			:: found -> break
			:: else -> ppid[x] != pp
			fi
		:: atomic { !in_table[pp] -> ppid[x] != pp }
		fi
	od;
	atomic { pp = NOBODY; found = 0 }
}

inline tell(parent)
{
	/* Who hears of P finds its children elsewhere. */
	assert(x != P || freed[C] || pptr[C] != P);
#ifndef M_TELL_SILENT
	wakeup(PARENT(parent))
#endif
}

inline exit_publish() { under_parent_lock(true) }

inline exit_tell_parent()
{
#ifdef M_TELL_OLD_PARENT
	atomic { assert(!freed[publisher]); tell(publisher) }
#else
	under_parent_lock(false)
#endif
}

inline adopt(c)
{
	if
#ifdef M_LIVING_ONLY
	:: pptr[c] == x && list[c] == LIVING ->
#else
	:: pptr[c] == x && list[c] != NONE ->
#endif
		pptr[c] = heir;
		nchildren[x]--;
#ifndef M_ADOPT_UNCOUNTED
		nchildren[heir]++;
#endif
	:: else
	fi
}

inline exit_orphan_children()
{
	do
	:: atomic { orphaned[x] -> break }
	:: atomic { !orphaned[x] && nchildren[x] == 0 -> orphaned[x] = 1 }
	:: atomic { !orphaned[x] && nchildren[x] != 0 ->
			heir = (reaper == x -> I : reaper);
#ifndef M_HEIR_UNHELD
			phold(heir);
#endif
#ifdef M_TELL_BEFORE_ADOPTION
			wakeup(PARENT(heir))
#endif
		};
		atomic {
			assert(!freed[heir]);
			found = !orphaned[heir];
#ifdef M_ORPHANED_IGNORED
			found = 1;
#endif
			if
			:: found ->
				adopt(P); adopt(C);
				assert(nchildren[x] == 0);
				orphaned[x] = 1
			:: else
			fi
		};
#if !defined(M_ADOPT_SILENT) && !defined(M_TELL_BEFORE_ADOPTION)
		if
		:: found -> wakeup(PARENT(heir))
		:: else
		fi;
#endif
#ifndef M_HEIR_UNHELD
		prele(heir);
#endif
		/* It will not be chosen again. */
		atomic {
			found || reaper != heir -> found = 0; heir = NOBODY
		}
	od
}

inline wait_finished(dead)
{
	do
#ifdef M_BURY_UNFINISHED
	:: break
#endif
	:: atomic { awake && !finished[dead] -> sleep_on(NTHREADS(dead)) }
	:: atomic { awake && finished[dead] -> break }
	od
}

inline wait_until_unheld(p)
{
	do
	:: sleep_on(LOCK(p));
		atomic { stalled[p] = 1; busy = holds[p] != 0 };
		if
		:: !busy -> break
		:: else
		fi;
		awake
	od;
	atomic { sleep_remove(); busy = 0 }
}

inline proc_stall(p)
{
	if
	:: atomic { holds[p] == 0 -> skip }
	:: atomic { holds[p] != 0 -> skip }; wait_until_unheld(p)
	fi
}

inline bury(parent, dead)
{
	in_table[dead] = 0;
	proc_stall(dead);
	atomic {
		assert(pptr[dead] == parent && holds[dead] == 0);
		nchildren[parent]--;
		freed[dead] = 1;
#ifndef M_BURY_SILENT
		if
		:: nwaiting != 0 || parent != I -> wakeup(PARENT(parent))
		:: else
		fi
#endif
	}
}

#define dead_child(q, c) (pptr[c] == q && list[c] == DEAD)
#define living_child(q, c) (pptr[c] == q && !freed[c])

inline family_claim()
{
	assert(!claimed[child] && list[child] == DEAD && !freed[child]);
	claimed[child] = 1; list[child] = NONE
}

/* wait4(-1) until ECHILD. */
inline wait_all(q)
{
	do
	::
end_asleep:	do
		:: atomic {
			awake ->
			nwaiting = nwaiting - slept; slept = 0;
			if
			:: dead_child(q, S) -> child = S
			:: dead_child(q, P) -> child = P
			:: dead_child(q, C) -> child = C
			:: else
			fi;
			if
			:: child != NOBODY -> family_claim(); break
			:: child == NOBODY && nchildren[q] == 0 ->
				assert(!living_child(q, S));
				assert(!living_child(q, P));
				assert(!living_child(q, C));
				break
			:: else -> sleep_on(PARENT(q));
				slept = q == I; nwaiting = nwaiting + slept
			fi
		   }
		od;
		if
		:: child == NOBODY -> break
		:: else
		fi;
		wait_finished(child);
		bury(q, child);
		child = NOBODY
	od
}

proctype process(byte x)
{
	byte pp = NOBODY, heir = NOBODY, child = NOBODY;
	bit busy, found, slept;
#ifdef M_TELL_OLD_PARENT
	byte publisher;
#endif

	if
	:: x != C -> wait_all(x);
		if
		:: x == S -> stays = 1; goto alive
		:: true
		fi
	:: true
	fi;
#ifndef M_REAPER_STAYS
	/* exit_sysreaper() */
	if
	:: reaper == x -> reaper = I
	:: else
	fi;
#endif
#ifdef M_TELL_OLD_PARENT
	publisher = pptr[x];
#endif
#ifndef M_PUBLISH_LATE
	exit_publish();
#endif
#ifdef M_TELL_BEFORE_ORPHANS
	exit_tell_parent();
	exit_orphan_children();
#else
	exit_orphan_children();
	exit_tell_parent();
#endif
#ifdef M_PUBLISH_LATE
	exit_publish();
#endif
	atomic { assert(!freed[x]); finished[x] = 1; wakeup(NTHREADS(x)) };
alive:	skip
}

proctype init_any()
{
	byte child = NOBODY;
	bit busy, slept;

	wait_all(I);
	assert(freed[S] && freed[P] && freed[C])
}

proctype init_by_pid()
{
	byte child = NOBODY;
	bit busy, slept;

	do
	:: atomic {
		awake ->
		nwaiting = nwaiting - slept; slept = 0;
		if
		:: in_table[C] && dead_child(I, C) && !claimed[C] ->
			child = C; family_claim(); break
		:: !(in_table[C] && pptr[C] == I) -> goto none /* ECHILD */
		:: else -> sleep_on(PARENT(I));
			slept = 1; nwaiting = nwaiting + slept
		fi
	   }
	od;
	wait_finished(child);
	bury(I, child);
none:	skip
}

init {
	atomic {
		reaper = I;
		pptr[I] = NOBODY; pptr[S] = I; pptr[P] = S; pptr[C] = P;
#ifdef M_NUMBER_STAYS
		number[S] = I; number[P] = S; number[C] = P;
#endif
		list[S] = LIVING; list[P] = LIVING; list[C] = LIVING;
		nchildren[I] = 1; nchildren[S] = 1; nchildren[P] = 1;
		in_table[I] = 1; in_table[S] = 1;
		in_table[P] = 1; in_table[C] = 1;
		if
		:: reaper = S
		:: true
		fi;
		run process(S); run process(P); run process(C);
		run init_any(); run init_by_pid()
	};
	timeout -> assert(freed[P] && freed[C] && (freed[S] || stays))
}

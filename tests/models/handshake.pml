/*
 * handshake.pml -- the end of a process of three threads, and two waits.
 *
 * Stands for: exit_claim, killlwps, wait_alone, exit_thread, exit1
 * (exit.c); kern_lwp_create, lwp_commit, lwp_doom (lwp.c); exit_publish,
 * exit_tell_parent, family_claim, family_unclaim, family_bury (family.c);
 * lwp_exit, lwp_count_down (lwp_exit.c); lwp_is_gone, lwp_wait,
 * wait_until_gone, lwp_dispose, reaplwps (reap.c); find_by_pid, find_any,
 * has_finished, wait_finish, wait_finished, read_will, collect, bury,
 * wait_sleep, kern_wait (wait.c); PHOLD, PRELE, proc_stall,
 * wait_until_unheld, pfind_any, pfind_child, pid_leave.
 *
 * Threads 0 and 1 are there; thread 2 exists once thread 0 has created it, and
 * ends only when told to, or as the last.  A thread calls exit or extexit, or
 * leaves at the border when it is doomed.  Wait 0 asks for the pid, wait 1
 * for any child; one of them may fail to deliver the status, and gives up.
 * A looker holds the process that it found by number.
 *
 * Left out: everything that a stage does but for the order; the new parent
 * (adoption.pml); references to a thread other than the CPU's (sleep.pml);
 * exec (kill.pml).
 *
 * Mutants:
 *	M_CLAIM_LATE		law 1: exit_claim sleeps between test and set
 *	M_LAST_IN_TWO_STEPS	law 1, D11: "am I the last?" and the count
 *	M_CREATE_UNASKED	D14: lwp_create does not look at P_WEXIT
 *	M_WAIT_CLAIMS_LATE	law 1, D04: a wait claims after it has slept
 *	M_PUBLISH_IN_TWO	law 2: state and list not in one stretch
 *	M_USAGE_LATE		law 2: counted out before the usage is final
 *	M_READ_EARLY		law 2: a wait reads before the last count
 *	M_TELL_EARLY		law 3: the parent is told before the zombie is
 *	M_BURY_RUNNING		law 4: no lwp_wait() before the stack is freed
 *	M_GONE_EARLY		law 4: a thread calls itself gone on its stack
 *	M_GONE_IN_TWO		law 4: sets GONE, then looks for WANTED
 *	M_BURY_HELD		law 4: no proc_stall()
 *	M_STALL_EARLY		law 4, D48: holds looked at while still found
 *	M_RELE_IN_TWO		law 4: PRELE looks again after its count
 *	M_ALONE_ONCE		law 5: no second test in wait_alone()
 *	M_WAIT_GAP		law 5: kern_wait's token let go before it sleeps
 *	M_STALL_GAP		law 5: proc_stall tests, then queues itself
 *	M_GONE_GAP		law 5: lwp_wait tests, then queues itself
 *	M_COUNT_SILENT		law 6: siblings' drops wake nobody
 *	M_MASTER_SILENT		law 6, D05: the master's drop wakes nobody
 *	M_GONE_SILENT		law 6, D08: nobody says "off the CPU"
 *	M_RELE_SILENT		law 6: the last hold falls, nobody is woken
 *	M_TELL_SILENT		law 6: published, and nobody woken
 *	M_UNCLAIM_SILENT	law 6: EFAULT, and the other wait sleeps on
 *	M_BURY_SILENT		law 6: buried, and the other wait sleeps on
 *	M_COUNT_WAITS_LATE	law 6: p_nwaiting is counted too late
 *	M_CLAIM_UNCOUNTED	ECHILD for a child that comes back
 */
#define NT 3
#define THREADS 8
#include "lwkt.h"

#define NTHREADS 1 /* what is slept on */
#define PARENT 2
#define MPFLAGS 3
#define LOCK 4

#define NOBODY 255

bit wexit, doomed[NT], committed[NT], entered[NT], created;
byte nlive, nthreads, nentered, counted, master = NOBODY;
bit zombie, listed, claimed, in_table, buried, faulted;
byte nchildren = 1, nwaiting;
byte holds;
bit stalled; /* PLOCK_WAITING */
bit proc_freed, stack_used[NT], dead[NT], freed[NT];
bit gone, wanted; /* LWP_MP_* of the master */
bit memory = 1;

inline lwp_enter(t)
{
	entered[t] = 1; stack_used[t] = 1;
	nlive++; nthreads++; holds++; nentered++
}

inline lwp_commit()
{
	if
	:: !committed[me] -> committed[me] = 1; nlive--
	:: else
	fi
}

inline phold() { assert(!proc_freed); holds++ }

inline prele()
{
	d_step {
		assert(!proc_freed && holds > 0);
		holds--;
		wakes = holds == 0 && stalled
	};
#ifdef M_RELE_IN_TWO
	atomic { assert(!proc_freed); wakes = holds == 0 && stalled };
#endif
#ifdef M_RELE_SILENT
	wakes = 0;
#endif
	if
	:: wakes -> wakeup(LOCK)
	:: else
	fi
}

inline lwp_free(t)
{
	d_step {
		assert(!stack_used[t] && !freed[t]);
		freed[t] = 1
	};
	prele()
}

inline exit_claim()
{
	atomic {
		won = !wexit;
#ifdef M_CLAIM_LATE
	};
	atomic {
#endif
		if
		:: won ->
			assert(master == NOBODY);
			wexit = 1; master = me;
			doomed[0] = me != 0;
			doomed[1] = me != 1;
			doomed[2] = me != 2 && entered[2]
		:: else
		fi;
		lwp_commit();
		if
		:: !won -> goto border
		:: else -> won = 0
		fi
	}
}

/* Stages: siblings, memory, publish, tell. */
inline exit_stages()
{
#ifdef M_ALONE_ONCE
	if
	:: atomic { nthreads > 1 -> sleep_on(NTHREADS) }; awake
	:: atomic { nthreads <= 1 }
	fi;
#else
	do
	:: atomic { awake && nthreads > 1 -> sleep_on(NTHREADS) }
	:: atomic { awake && nthreads <= 1 -> break }
	od;
#endif
	atomic { assert(nthreads == 1); memory = 0 };
#ifdef M_TELL_EARLY
	atomic { wakeup(PARENT) };
#endif
#ifdef M_PUBLISH_IN_TWO
	atomic { zombie = 1 };
	atomic { listed = 1 };
#else
	atomic { zombie = 1; listed = 1 };
#endif
#if !defined(M_TELL_SILENT) && !defined(M_TELL_EARLY)
	atomic { wakeup(PARENT) };
#endif
}

inline lwp_exit()
{
	/* Stages of the thread: they use the process and what it owns. */
	atomic {
		lwp_commit();
		assert(!proc_freed && (memory || master == me))
	};
#ifndef M_USAGE_LATE
	counted++;
#endif
	nthreads--;
#ifdef M_USAGE_LATE
	counted++;
#endif
	if
#ifdef M_COUNT_SILENT
	:: master != me
#endif
#ifdef M_MASTER_SILENT
	:: master == me
#endif
	:: else -> wakeup(NTHREADS)
	fi;
	/* lwkt_switch_return(), lwp_is_gone() */
	atomic {
#ifndef M_GONE_EARLY
		stack_used[me] = 0;
#endif
		if
		:: master != me -> dead[me] = 1
		:: else -> gone = 1; wakes = wanted
		fi
	};
	if
	:: master == me ->
#ifdef M_GONE_IN_TWO
		atomic { assert(!freed[me]); wakes = wanted };
#endif
#ifdef M_GONE_SILENT
		wakes = 0;
#endif
		if
		:: wakes -> atomic { wakeup(MPFLAGS); wakes = 0 }
		:: else
		fi
	:: else
	fi;
	stack_used[me] = 0 /* for M_GONE_EARLY */
}

proctype thread(byte me)
{
	bit won, wakes;

end_unborn:
	entered[me];
	do
	:: atomic { me == 0 && !created -> created = 1; holds++ };
		/* kern_lwp_create(), after lwp_alloc() */
		atomic {
			holds--;
			if
#ifdef M_CREATE_UNASKED
			:: true
#else
			:: !wexit
#endif
			    -> lwp_enter(2)
			:: else
			fi
		}
	:: me != 2 -> goto sys_exit
	:: me != 2 -> goto sys_extexit
	:: atomic { me == 2 && nlive == 1 && !wexit } -> goto sys_extexit
	:: doomed[me] -> goto border
	od;

sys_extexit: /* exit_thread() */
#ifdef M_LAST_IN_TWO_STEPS
	atomic { won = nlive <= 1 && !committed[me] };
	atomic {
#else
	atomic {
		won = nlive <= 1 && !committed[me];
#endif
		if
		:: !won -> lwp_commit(); goto border
		:: else -> won = 0
		fi
	};
sys_exit: /* exit1() */
	exit_claim();
	exit_stages();
border:
	lwp_exit()
}

proctype reaper() /* reaplwps() */
{
	byte i;
	bit wakes;
end_idle:
	do
	:: atomic {
		if
		:: dead[0] -> i = 0
		:: dead[1] -> i = 1
		:: dead[2] -> i = 2
		fi;
		dead[i] = 0; lwp_free(i); i = 0
	   }
	od
}

proctype looker() /* pfind_any(), a look, PRELE() */
{
	bit wakes;

	atomic {
		if
		:: in_table -> phold()
		:: else -> goto none
		fi
	};
	prele();
none:	skip
}

inline wait_until_unheld()
{
	do
	::
#ifndef M_STALL_GAP
		sleep_on(LOCK);
#endif
		atomic { assert(!proc_freed); stalled = 1; busy = holds != 0 };
		if
		:: !busy -> break
		:: else
		fi;
#ifdef M_STALL_GAP
		sleep_on(LOCK);
#endif
		awake
	od;
	atomic { sleep_remove(); busy = 0 }
}

inline proc_stall()
{
	if
	:: atomic { assert(!proc_freed); holds == 0 -> skip }
	:: atomic { holds != 0 -> skip }; wait_until_unheld()
	fi
}

inline wait_until_gone()
{
	do
	::
#ifndef M_GONE_GAP
		sleep_on(MPFLAGS);
#endif
		atomic { assert(!freed[master]); wanted = 1; busy = !gone };
		if
		:: !busy -> break
		:: else
		fi;
#ifdef M_GONE_GAP
		sleep_on(MPFLAGS);
#endif
		awake
	od;
	atomic { sleep_remove(); busy = 0 }
}

inline lwp_wait()
{
	if
	:: atomic { assert(!freed[master]); gone -> skip }
	:: atomic { !gone -> skip }; wait_until_gone()
	fi
}

inline wait_finished() /* reads p_nthreads without the token first */
{
	do
#ifdef M_READ_EARLY
	:: atomic {
#else
	:: atomic { awake && nthreads > 0 -> sleep_on(NTHREADS) }
	:: atomic { awake && nthreads == 0 ->
#endif
			assert(master != NOBODY && counted == nentered);
			break
	   }
	od
}

inline family_claim()
{
	assert(!proc_freed && !claimed && listed);
	claimed = 1; listed = 0
}

inline bury()
{
#ifndef M_BURY_RUNNING
	lwp_wait();
#endif
	lwp_free(master);
#ifdef M_STALL_EARLY
	proc_stall();
	in_table = 0;
#else
	in_table = 0;
#ifndef M_BURY_HELD
	proc_stall();
#endif
#endif
	atomic {
		buried = 1;
#ifndef M_CLAIM_UNCOUNTED
		nchildren--;
#endif
#ifndef M_BURY_SILENT
		if
		:: nwaiting != 0 -> wakeup(PARENT)
		:: else
		fi
#endif
	};
	d_step { assert(!proc_freed && holds == 0); proc_freed = 1 } /* proc_free() */
}

proctype waiter(bit any)
{
	bit found, possible, slept, wakes, busy;

	do
	:: atomic {
		awake ->
		nwaiting = nwaiting - slept; slept = 0;
		found = (any -> listed : in_table && !claimed && zombie);
		possible = (any -> nchildren != 0 : in_table);
		if
		:: found -> possible = 0;
#ifndef M_WAIT_CLAIMS_LATE
			family_claim();
#ifdef M_CLAIM_UNCOUNTED
			nchildren--;
#endif
#endif
			break
		:: !found && !possible -> /* ECHILD */
			assert(claimed && !faulted || buried || !in_table);
			goto done
		:: else -> possible = 0;
			slept = 1; nwaiting = nwaiting + slept;
#ifdef M_COUNT_WAITS_LATE
			nwaiting = nwaiting - slept; slept = 0
#endif
		fi;
#ifdef M_WAIT_GAP
	   };
	   atomic {
#endif
		sleep_on(PARENT)
	   }
	od;
	/* collect() */
	found = 0;
	wait_finished();
#ifdef M_WAIT_CLAIMS_LATE
	atomic { family_claim() };
#endif
	if
	:: atomic { !faulted -> faulted = 1 };
		/* family_unclaim() */
		atomic {
			claimed = 0; listed = 1;
#ifdef M_CLAIM_UNCOUNTED
			nchildren++;
#endif
#ifndef M_UNCLAIM_SILENT
			wakeup(PARENT)
#endif
		}
	:: bury()
	fi;
done:	skip
}

init {
	atomic {
		lwp_enter(0); lwp_enter(1);
		in_table = 1;
		run thread(0); run thread(1); run thread(2);
		run waiter(0); run waiter(1);
		run looker(); run reaper()
	}
}

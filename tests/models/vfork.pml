/*
 * vfork.pml -- a parent in vfork, its sibling thread, the child, a killer.
 *
 * Stands for: vfork_wait, kern_fork, fork_inherit (fork.c);
 * exit_release_vfork (family.c); exec_commit, proc_replace_vmspace (exec.c);
 * exit_memory (exit_release.c); exit_claim, killlwps, wait_alone (exit.c);
 * lwp_count_down (lwp_exit.c); lwp_doom, lwp_notify (lwp.c); post
 * (signal.c); issignal, sig_ends_sleep (issignal.c); take_asts, userret
 * (userret.c); PHOLD, PRELE, proc_stall.
 *
 * It begins when the child is linked.  The child exits, or execs and then
 * waits for something that its parent does after vfork.  Either the sibling
 * exits the parent's process, and the child may wait for that; or the sibling
 * is idle.  A killer may kill that process, by a signal that an idle sibling
 * may ignore before anybody has acted on it.  At some time somebody else
 * becomes the child's parent (a debugger; init), and buries it.
 *
 * Shown: as long as the child is in the parent's memory, the thread that
 * called vfork is not in user mode, for they share one stack; the memory
 * stands as long as somebody is in it; all come to their end.
 *
 * Left out: what handshake.pml and sleep.pml show.  A signal against the
 * beginning of a sleep is one step here.
 *
 * Mutants:
 *	M_WAKE_PARENT		law 6, D25: who is the parent now is woken
 *	M_CHILD_UNHELD		law 4, D25: the child is not held meanwhile
 *	M_RUN_BEFORE_FLAG	law 1: the child runs before P_PPWAIT is set
 *	M_TEST_BEFORE_QUEUE	law 5: tests, then tsleep_interlock()
 *	M_WAKE_BEFORE_CLEAR	law 6: woken before the flag is clear
 *	M_EXEC_SILENT		law 6: exec does not let the parent go
 *	M_EXIT_SILENT		law 6: exit does not let the parent go
 *	M_RELEASE_EARLY		law 3, O16: let go before the memory is left
 *	M_NO_CATCH		the doomed parent sleeps on
 *	M_BACK_TO_USER		the doomed parent goes back to user mode
 *	M_MEMORY_LENT		the child has no reference to the memory
 *	M_AT_THE_BORDER		O16: the sibling hides the signal that woke us
 */
#define THREADS 5
#include "lwkt.h"

#define VFORKER 0 /* threads, by _pid */
#define SIBLING 1

#define MPFLAGS 1 /* what is slept on */
#define NTHREADS 2
#define LOCK 3

bit ppwait, started, zombie, moved, child_freed, stalled;
byte holds = 1; /* the child's: its own thread's */
#ifdef M_MEMORY_LENT
#define LEAVE
byte memory = 1;
#else
#define LEAVE memory--
byte memory = 2; /* vm_refcnt: parent's and child's */
#endif
bit child_inside, vforker_in_user;
bit pending, wexit, parent_gone;
bit ast[2], intr[2], doomed[2];
bit catches, interrupted;
bit returned; /* vfork, in the parent */
bit idle; /* the sibling does nothing of its own will */
byte nthreads = 2;

inline prele()
{
	atomic {
		assert(!child_freed);
		holds--;
		if
		:: holds == 0 && stalled -> wakeup(LOCK)
		:: else
		fi
	}
}

inline lwp_notify(t)
{
	ast[t] = 1; intr[t] = 1;
	if
	:: t == VFORKER && wchan[t] == MPFLAGS && catches ->
		wchan[t] = 0; interrupted = 1
	:: else
	fi
}

/* Falls through into user mode; or goes to killed, or to told_to_die. */
inline userret(t)
{
	do
	:: atomic { !ast[t] -> break }
	:: atomic { ast[t] -> ast[t] = 0 };
		if
		:: doomed[t] -> goto told_to_die
		:: else
		fi;
		sig = pending;
		if
		:: sig -> goto killed
		:: else
		fi
	od
}

/* exit1() as far as it matters, and lwp_exit(). */
inline exit_claim(t)
{
	atomic {
		sig = 0;
		won = !wexit;
		if
		:: won -> wexit = 1; doomed[1 - t] = 1; lwp_notify(1 - t)
		:: else
		fi
	}
}

inline exit_process()
{
	do
	:: atomic { awake && nthreads > 1 -> sleep_on(NTHREADS) }
	:: atomic { awake && nthreads == 1 -> break }
	od;
	atomic { memory--; parent_gone = 1 }
}

inline vfork_wait()
{
	do
	::
#ifndef M_TEST_BEFORE_QUEUE
		sleep_on(MPFLAGS);
#endif
		assert(!child_freed);
		if
		:: !ppwait -> break
		:: else
		fi;
#ifdef M_TEST_BEFORE_QUEUE
		sleep_on(MPFLAGS);
#endif
#ifndef M_NO_CATCH
		atomic {
			if
			:: intr[VFORKER] -> interrupted = 1
			:: else -> catches = 1
			fi
		};
#endif
		atomic { interrupted || awake -> catches = 0 };
		/* sig_ends_sleep() */
		atomic {
			if
			:: interrupted ->
				interrupted = 0; intr[VFORKER] = 0;
				sig = pending;
				if
				:: sig || doomed[VFORKER] -> break
				:: else
				fi
			:: else
			fi
		}
	od;
	sleep_remove()
}

active proctype vforker()
{
	bit sig, won;

	if
	:: idle = 1
	:: true
	fi;
#ifndef M_CHILD_UNHELD
	holds++;
#endif
#ifdef M_RUN_BEFORE_FLAG
	started = 1;
#endif
	ppwait = 1; /* fork_inherit() */
	started = 1;
	vfork_wait();
	returned = 1;
#ifndef M_CHILD_UNHELD
	prele();
#endif
#ifndef M_AT_THE_BORDER
	if
	:: sig -> goto killed
	:: else
	fi;
#endif
#ifndef M_BACK_TO_USER
	userret(VFORKER);
#endif
	vforker_in_user = 1;
	assert(!child_inside);
	vforker_in_user = 0;
killed:	exit_claim(VFORKER);
	if
	:: won -> exit_process()
	:: else
	fi;
told_to_die:
	atomic { nthreads--; wakeup(NTHREADS) }
}

active proctype sibling()
{
	bit sig, won;

	started;
	if
	:: !idle
	:: ast[SIBLING] -> userret(SIBLING)
	:: idle && pending ->
		pending = 0; /* kern_sigaction() */
		ast[SIBLING] -> userret(SIBLING)
	fi;
killed:	exit_claim(SIBLING);
	if
	:: won -> exit_process()
	:: else
	fi;
told_to_die:
	atomic { nthreads--; wakeup(NTHREADS) }
}

inline exit_release_vfork()
{
#ifdef M_WAKE_BEFORE_CLEAR
	if
	:: ppwait -> wakeup(MPFLAGS)
	:: else
	fi;
	ppwait = 0;
	won = 0;
#else
	atomic { won = ppwait; ppwait = 0 };
#endif
	if
#ifdef M_WAKE_PARENT
	:: won && !moved -> wakeup(MPFLAGS)
#else
	:: won -> wakeup(MPFLAGS)
#endif
	:: else
	fi
}

active proctype child()
{
	bit won;

	started;
	child_inside = 1;
	assert(memory > 0 && !vforker_in_user);
	if
	:: !idle -> parent_gone
	:: true
	:: true -> /* execve */
#ifdef M_RELEASE_EARLY
		exit_release_vfork();
#endif
		atomic { assert(memory > 0); child_inside = 0; LEAVE };
#ifndef M_EXEC_SILENT
		exit_release_vfork();
#endif
		if
		:: !idle -> parent_gone
		:: true -> returned
		fi
	fi;
#ifdef M_RELEASE_EARLY
	exit_release_vfork();
#endif
	atomic {
		if
		:: child_inside ->
			assert(memory > 0); child_inside = 0; LEAVE
		:: else
		fi
	};
#ifndef M_EXIT_SILENT
	exit_release_vfork();
#endif
	zombie = 1;
	prele()
}

active proctype killer()
{
	atomic {
		if
		:: !wexit -> pending = 1; lwp_notify(0); lwp_notify(1)
		:: true
		fi
	}
}

active proctype others()
{
	bit busy;

	moved = 1;
	zombie;
	do
	:: sleep_on(LOCK);
		atomic { stalled = 1; busy = holds != 0 };
		if
		:: !busy -> break
		:: else
		fi;
		awake
	od;
	atomic { sleep_remove(); assert(holds == 0); child_freed = 1 };
	parent_gone -> assert(memory == 0)
}

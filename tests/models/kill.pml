/*
 * kill.pml -- a signal that kills, against exec, exit and lwp_create.
 *
 * Stands for: post (signal.c); issignal (issignal.c); take_asts, userret
 * (userret.c);
 * exit_claim, killlwps, killalllwps, killalllwps_done, wait_alone (exit.c);
 * exec_commit (exec.c); kern_lwp_create, lwp_enter, lwp_doom, lwp_notify
 * (lwp.c); lwp_count_down (lwp_exit.c).
 *
 * Two threads in user mode, and a third that the first may create.  Each may
 * call exec or exit, or stay there until it is interrupted.  A killer posts
 * one signal to the process.
 *
 * Shown: once the signal is posted the process ends, whoever sees the signal
 * and whoever has the claim; one alone ends it, or execs alone; a thread that
 * is told to die does.
 *
 * Left out: where a thread sleeps (sleep.pml) and how the process ends
 * (handshake.pml).  A notified thread passes the border to user mode.
 *
 * Mutants:
 *	M_SIGNAL_TAKEN_OUT	who takes the signal out loses to an exec
 *	M_EXEC_FORGETS		after exec nobody looks for the signal again
 *	M_TWO_ALONE		law 1: exec claims what exit has claimed
 *	M_CLAIM_LATE		law 1: killlwps sleeps between test and set
 *	M_CREATE_UNASKED	D14: lwp_create does not look at the claims
 *	M_ALONE_ONCE		law 5: no second test in wait_alone()
 *	M_COUNT_SILENT		law 6: who waits to be alone is not woken
 *	M_NOTIFY_BEFORE_DOOM	law 6, D15: interrupted before the flag is set
 *	M_LOOK_BEFORE_CLEAR	law 5: looks at the flags, then clears the AST
 */
#define NT 3
#define THREADS 6
#include "lwkt.h"

#define NTHREADS 1 /* what is slept on */

bit wexit, single, posted, pending, ended, execed, created;
bit entered[NT], ast[NT], doomed[NT];
byte nthreads;

inline lwp_enter(t) { entered[t] = 1; nthreads++ }

inline lwp_notify(t)
{
	if
	:: entered[t] -> ast[t] = 1
	:: else
	fi
}

inline doom(t)
{
	if
	:: t != me && entered[t] ->
#ifndef M_NOTIFY_BEFORE_DOOM
		doomed[t] = 1;
#endif
		lwp_notify(t)
	:: else
	fi
}

inline killlwps(flag)
{
	atomic {
#ifdef M_TWO_ALONE
		won = !flag;
#else
		won = !wexit && !single;
#endif
#ifdef M_CLAIM_LATE
	};
	atomic {
#endif
		if
		:: won -> flag = 1; doom(0); doom(1); doom(2)
		:: else
		fi
	};
#ifdef M_NOTIFY_BEFORE_DOOM
	if
	:: atomic {
		won -> doomed[0] = doomed[0] || me != 0 && entered[0];
		doomed[1] = doomed[1] || me != 1 && entered[1];
		doomed[2] = doomed[2] || me != 2 && entered[2]
	   }
	:: else
	fi
#endif
}

inline wait_alone()
{
#ifdef M_ALONE_ONCE
	if
	:: atomic { nthreads > 1 -> sleep_on(NTHREADS) }; awake
	:: nthreads <= 1
	fi;
#else
	do
	:: atomic { awake && nthreads > 1 -> sleep_on(NTHREADS) }
	:: atomic { awake && nthreads <= 1 -> break }
	od;
#endif
	assert(nthreads == 1)
}

proctype thread(byte me)
{
	bit won, sig, over;

end_unborn:
	entered[me];
userret:
	do
	:: atomic { !ast[me] -> break }
	:: ast[me] ->
#ifdef M_LOOK_BEFORE_CLEAR
		over = doomed[me];
		atomic { sig = pending; ast[me] = 0 };
#else
		ast[me] = 0;
		over = doomed[me];
#endif
		if
		:: over -> goto lwp_exit
		:: else
		fi;
#ifndef M_LOOK_BEFORE_CLEAR
		atomic {
			sig = pending;
#ifdef M_SIGNAL_TAKEN_OUT
			pending = 0
#endif
		};
#endif
		if
		:: sig -> goto exit1
		:: else
		fi
	od;
	if
	:: true ->
end_user:	ast[me] -> goto userret
	:: goto exit1
	:: atomic { me == 0 && !created -> created = 1 };
		/* kern_lwp_create() */
		atomic {
			if
#ifdef M_CREATE_UNASKED
			:: true
#else
			:: !wexit && !single
#endif
			    -> lwp_enter(2)
			:: else
			fi
		};
		goto userret
	:: atomic { !execed -> execed = 1 };
		killlwps(single);
		if
		:: won ->
			wait_alone();
			atomic { /* killalllwps_done() */
				single = 0; won = 0;
#ifndef M_EXEC_FORGETS
				ast[me] = ast[me] || pending
#endif
			}
		:: else
		fi;
		goto userret
	fi;
exit1:
	atomic { sig = 0; over = 0 };
	killlwps(wexit);
	if
	:: won -> wait_alone(); ended = 1
	:: else
	fi;
lwp_exit:
	atomic { nthreads--; entered[me] = 0 };
#ifndef M_COUNT_SILENT
	wakeup(NTHREADS)
#endif
}

proctype killer() /* post() */
{
	atomic {
		if
		:: !wexit -> posted = 1; pending = 1;
			lwp_notify(0); lwp_notify(1); lwp_notify(2)
		:: else
		fi
	}
}

init {
	atomic {
		lwp_enter(0); lwp_enter(1);
		ast[1] = 1; /* it has something else to look at */
		run thread(0); run thread(1); run thread(2); run killer()
	};
	/* Nothing moves any more. */
	timeout -> assert(ended || !posted && nthreads > 0)
}

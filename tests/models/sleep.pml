/*
 * sleep.pml -- one sleeper against a wakeup, a signal and a timeout.
 *
 * Stands for: tsleep_interlock, tsleep_remove, tsleep, sleep_catch,
 * sleep_wait, sleep_wait_timed, sleepq_unlink, sleepq_resume, sleepq_end,
 * sleep_timed_out, sleep_interrupt, wakeup_domain, wakeup_more
 * (lwkt/sleep.c); lwkt_schedule, schedule, schedule_here, schedule_message,
 * lwkt_block, lwkt_switch, lwkt_switch_return, lwkt_final_switch
 * (lwkt/switch.c); lwkt_hold, lwkt_rele (lwkt/create.c); lwkt_gettoken,
 * lwkt_reltoken (lwkt/token.c); lwp_notify (proc/lwp.c); callout_stop_sync
 * (lwkt/callout.c).
 *
 * The sleeper sleeps twice on one address, first in the interlocked shape,
 * then under a token, and ends.  Which of the two wakeups, the signal and the
 * timeout of the second sleep there are is open, as long as every sleep can
 * end.  All of them come from other CPUs, so that a thread is scheduled by a
 * message, which the sleeper's CPU takes outside of critical sections.
 *
 * The sleeper's plain stores pass through a store buffer, as on x86: in their
 * order, but late.  A locked instruction or a fence waits until it is empty.
 * A thread sees its own stores at once.
 *
 * Left out: other sleepers on the address, wakeup_one, domains, migration,
 * preemption; td_wseq, which a stopped timeout makes a second line of defence.
 *
 * Mutants:
 *	M_TOKEN_BEFORE_QUEUE	law 5: the token is let go, then the sleep queued
 *	M_TOKEN_KEPT		the token is not lost in the switch
 *	M_TEST_BEFORE_QUEUE	law 5: tests, then tsleep_interlock()
 *	M_WAKE_BEFORE_TRUE	law 6: the wakeup comes before the condition
 *	M_WAKE_PEEKS		law 5: wakeup looks for sleepers without the lock
 *	M_SLEEP_ONCE		law 5: sleep_wait does not look again
 *	M_NO_CRIT		law 5: a message between the look and the block
 *	M_UNLINK_UNHELD		law 4: the waker does not hold whom it wakes
 *	M_MESSAGE_UNHELD	law 4: the message does not hold whom it names
 *	M_RUN_THE_DEAD		law 4: a late message schedules an ended thread
 *	M_UNLINK_TWICE		two take the sleeper off its queue
 *	M_NO_RESUME		law 6: taken off the queue, but not scheduled
 *	M_SLEEPER_NO_FENCE	law 5: no fence between td_wcatch and the look
 *	M_SIGNAL_NO_FENCE	law 5: the signal looks before its flag is out
 *	M_SLEEPER_LOOKS_FIRST	law 5: TDF_MP_INTR, then td_wcatch
 *	M_WAKEUP_REFUSED	law 6: woken before it slept, and interrupted
 *	M_SIGNAL_NO_CATCH	a signal ends a sleep without PCATCH
 *	M_TIMEOUT_NOT_STOPPED	law 4: the timeout outlives the stack it is on
 */
#define NONE 0
#define IDENT 1 /* what is slept on */

#define EINTR 1
#define EWOULDBLOCK 2

/* Which of them there are. */
bit wakes0, wakes1, signals, timeout_set, catches0, catches1, chosen;

/* What the sleeper stores late. */
mtype = { WCHAN, WCATCH, SPIN, TOKEN };
chan buffer = [5] of { mtype, bit };

bit wchan, wcatch, spin, token;
byte wresult;
bit woken;		       /* a wakeup has taken it off, perhaps it alone */
bit intr;		       /* TDF_MP_INTR */
bit runq = 1, running = 1, crit, exiting, gone;
byte refs = 1, messages;
bit cond0, cond1;
bit armed, body, on_stack; /* the timeout */
bit left, signalling;

active proctype store_buffer()
{
	mtype var;
	bit val;
end_idle:
	do
	:: atomic {
		buffer?var,val ->
		if
		:: var == WCHAN -> wchan = val
		:: var == WCATCH -> wcatch = val
		:: var == SPIN -> spin = val
		:: var == TOKEN -> token = val
		fi;
		val = 0
	   }
	od
}

#define fence() empty(buffer)
/* The sleeper's own view. */
#define my_wchan \
	(buffer??[WCHAN, 1] || wchan == IDENT && !buffer??[WCHAN, 0])

/*
 * The CPU of the sleeper.
 */
inline lwkt_rele()
{
	d_step {
		assert(refs > 0);
		refs--;
		if
		:: refs == 0 -> gone = 1
		:: else
		fi
	}
}

active proctype schedule_message()
{
end_idle:
	do
	:: atomic {
		messages > 0 && !(running && crit) ->
		messages--;
		assert(!gone);
		if
#ifdef M_RUN_THE_DEAD
		:: !runq
#else
		:: !runq && !exiting
#endif
		    -> runq = 1
		:: else
		fi;
#ifndef M_MESSAGE_UNHELD
		lwkt_rele()
#endif
	   }
	:: exiting && runq && !running -> assert(false)
	od
}

/*
 * Who takes the sleeper off its queue: mine, then resume.
 */
inline spin_lock() { atomic { spin == 0 -> spin = 1 } }

inline unlink(result)
{
	assert(wchan == IDENT);
	wchan = NONE; wresult = result; woken = result == 0;
#ifndef M_UNLINK_UNHELD
	refs++
#endif
}

inline resume()
{
#ifndef M_NO_RESUME
	/* lwkt_schedule() */
	atomic {
		assert(!gone);
		messages++;
#ifndef M_MESSAGE_UNHELD
		refs++
#endif
	};
#endif
#ifndef M_UNLINK_UNHELD
	lwkt_rele()
#endif
}

inline wakeup()
{
#ifdef M_WAKE_PEEKS
	if
	:: wchan == NONE -> goto not_there
	:: else
	fi;
#endif
	spin_lock();
	atomic {
		mine = wchan == IDENT;
		if
		:: mine -> unlink(0)
		:: else
		fi;
		spin = 0
	};
	if
	:: mine -> resume()
	:: else
	fi
}

active proctype waker()
{
	bit mine;

end_none:
	chosen;
	if
	:: wakes0 ->
#ifdef M_WAKE_BEFORE_TRUE
		wakeup();
		cond0 = 1
#else
		cond0 = 1;
		wakeup()
#endif
	:: else
	fi;
#ifdef M_WAKE_PEEKS
not_there:
#endif
	if
	:: wakes1 ->
		atomic { token == 0 -> token = 1 };
		cond1 = 1;
		token = 0;
		spin_lock();
		atomic {
			mine = wchan == IDENT;
			if
			:: mine -> unlink(0)
			:: else
			fi;
			spin = 0
		};
		if
		:: mine -> resume()
		:: else
		fi
	:: else
	fi
}

active proctype signal() /* lwp_notify(), sleep_interrupt() */
{
	bit mine;

end_none:
	/* Under the process's token the thread is still in its process. */
	atomic {
		signals ->
		if
		:: left -> goto nobody
		:: else -> signalling = 1
		fi
	};
#ifdef M_SIGNAL_NO_FENCE
	mine = wchan == IDENT;
	intr = 1;
#else
	intr = 1;
	mine = wchan == IDENT;
#endif
	if
	:: mine ->
		spin_lock();
		atomic {
#ifdef M_SIGNAL_NO_CATCH
			mine = wchan == IDENT;
#else
#ifdef M_UNLINK_TWICE
			mine = wcatch;
#else
			mine = wchan == IDENT && wcatch;
#endif
#endif
			if
			:: mine -> unlink(EINTR)
			:: else
			fi;
			spin = 0
		};
		if
		:: mine -> resume()
		:: else
		fi
	:: else
	fi;
	signalling = 0;
nobody:	skip
}

active proctype sleep_timed_out()
{
	bit mine;

end_none:
	do
	:: atomic { armed -> armed = 0; body = 1 };
		spin_lock();
		atomic {
			assert(on_stack);
			mine = wchan == IDENT;
			if
			:: mine -> unlink(EWOULDBLOCK)
			:: else
			fi;
			spin = 0
		};
		if
		:: mine -> resume()
		:: else
		fi;
		atomic { body = 0; mine = 0 }
	od
}

/*
 * The sleeper.
 */
inline my_spin_lock() { atomic { fence() && spin == 0 -> spin = 1 } }

inline tsleep_remove()
{
	if
	:: my_wchan ->
		my_spin_lock();
		atomic {
			queued = wchan == IDENT;
			if
			:: queued -> buffer!WCHAN,NONE
			:: else
			fi;
			buffer!SPIN,0
		}
	:: else -> queued = 0
	fi
}

inline tsleep_interlock()
{
	tsleep_remove();
	my_spin_lock();
	atomic {
		wresult = 0; woken = 0;
		buffer!WCATCH,0; buffer!WCHAN,IDENT; buffer!SPIN,0
	}
}

/* Sets interrupted when the sleep is not to begin. */
inline sleep_catch()
{
#ifdef M_SLEEPER_LOOKS_FIRST
	interrupted = intr;
	buffer!WCATCH,1; fence()
#else
	buffer!WCATCH,1;
#ifndef M_SLEEPER_NO_FENCE
	fence();
#endif
	interrupted = intr
#endif
}

/* The sleep does not begin; still interrupted: and has failed. */
inline not_begun()
{
	tsleep_remove();
#ifndef M_WAKEUP_REFUSED
	if
	:: !queued && wresult == 0 -> interrupted = 0
	:: else
	fi;
#endif
	assert(!interrupted || !woken)
}

/* lwkt_block(): the token goes with the CPU and comes back with it. */
inline sleep_wait()
{
#ifndef M_NO_CRIT
	crit = 1;
#endif
	do
	:: !my_wchan -> break
	:: else ->
		runq = 0;
		atomic {
#ifndef M_TOKEN_KEPT
			if
			:: holds_token -> buffer!TOKEN,0
			:: else
			fi;
#endif
			running = 0
		};
		atomic {
#ifndef M_TOKEN_KEPT
			runq && (!holds_token || fence() && token == 0) ->
#else
			runq ->
#endif
			running = 1; token = token || holds_token
		};
#ifdef M_SLEEP_ONCE
		break
#endif
	od;
	crit = 0;
	assert(!my_wchan)
}

active proctype sleeper()
{
	bit interrupted, holds_token, queued;

	atomic {
		if :: wakes0 = 1 :: skip fi;
		if :: wakes1 = 1 :: skip fi;
		if :: timeout_set = 1 :: skip fi;
		if :: catches0 = 1 :: skip fi;
		if :: catches1 = 1 :: skip fi;
		if
		:: wakes0 && (wakes1 || timeout_set)
		:: (wakes0 || catches0) &&
			(wakes1 || timeout_set || catches1) -> signals = 1
		:: else -> goto impossible
		fi;
		chosen = 1
	};

	do
	::
#ifndef M_TEST_BEFORE_QUEUE
		tsleep_interlock();
#endif
		if
		:: cond0 -> break
		:: else
		fi;
#ifdef M_TEST_BEFORE_QUEUE
		tsleep_interlock();
#endif
		if
		:: catches0 ->
			sleep_catch();
			if
			:: interrupted -> not_begun()
			:: else
			fi;
			if
			:: interrupted -> goto out
			:: else
			fi
		:: else
		fi;
		sleep_wait();
		assert(wresult != EINTR || catches0);
		if
		:: wresult == EINTR -> goto out
		:: else
		fi
	od;
	tsleep_remove();

	atomic { fence() && token == 0 -> token = 1; holds_token = 1 };
	do
	:: cond1 -> break
	:: else ->
#ifdef M_TOKEN_BEFORE_QUEUE
		buffer!TOKEN,0; holds_token = 0;
#endif
		tsleep_interlock();
		if
		:: catches1 ->
			sleep_catch();
			if
			:: interrupted -> not_begun()
			:: else
			fi;
			if
			:: interrupted -> break
			:: else
			fi
		:: else
		fi;
		if
		:: timeout_set -> atomic { armed = 1; on_stack = 1 }
		:: else
		fi;
		sleep_wait();
		/* callout_stop_sync() */
#ifdef M_TIMEOUT_NOT_STOPPED
		atomic { armed = 0; on_stack = 0 };
#else
		armed = 0;
		atomic { body == 0 -> on_stack = 0 };
#endif
#ifdef M_TOKEN_BEFORE_QUEUE
		atomic { fence() && token == 0 -> token = 1; holds_token = 1 };
#endif
		assert(wresult != EINTR || catches1);
		assert(wresult != EWOULDBLOCK || timeout_set);
		if
		:: wresult != 0 -> break
		:: else
		fi
	od;
	buffer!TOKEN,0;
out:
	/* lwp_exit_leave(), lwkt_final_switch() */
	tsleep_remove();
	atomic { !signalling -> left = 1 };
	crit = 1;
	runq = 0;
	exiting = 1;
	atomic { fence(); running = 0; lwkt_rele() };
impossible:
	skip
}

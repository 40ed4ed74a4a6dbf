/*
 * lwkt.h -- tokens and sleeps, as the models of the exit path use them.
 *
 * Threads are processes of the model, named by their _pid.  tok[t] is 1 while
 * token t is held over more than one step; a stretch under a token that does
 * not sleep is one step, guarded by unlocked(t).  wchan[] is what a thread
 * sleeps on.  sleep.pml shows that the kernel's tsleep() and wakeup() keep
 * what is taken for granted here.
 */
byte wchan[THREADS];
bit tok[TOKENS];
hidden byte w_i;

#define unlocked(t) (tok[t] == 0)

/* lwkt_gettoken(), lwkt_reltoken() */
inline get(t) { atomic { unlocked(t) -> tok[t] = 1 } }
inline rel(t) { tok[t] = 0 }

/* A second token: if it is not free, the first is lost in the switch, and
 * both come back at once. */
inline get_second(held, t)
{
	if
	:: atomic { unlocked(t) -> tok[t] = 1 }
	:: atomic { tok[t] == 1 -> tok[held] = 0 };
		atomic {
			unlocked(t) && unlocked(held) ->
			tok[t] = 1; tok[held] = 1
		}
	fi
}

/* tsleep() under a token: the thread is queued before the token is lost. */
inline tsleep(t, ident)
{
	atomic { wchan[_pid] = ident; tok[t] = 0 };
	atomic { wchan[_pid] == 0 && unlocked(t) -> tok[t] = 1 }
}

/* The other shape: queue, test, sleep. */
inline interlock(ident) { wchan[_pid] = ident }
inline sleep_interlocked() { wchan[_pid] == 0 }
inline sleep_remove() { wchan[_pid] = 0 }

inline wakeup(ident)
{
	d_step {
		w_i = 0;
		do
		:: w_i < THREADS ->
			if
			:: wchan[w_i] == ident -> wchan[w_i] = 0
			:: else
			fi;
			w_i++
		:: else -> break
		od;
		w_i = 0
	}
}

/*
 * lwkt.h -- tokens and sleeps, as the models of the exit path use them.
 *
 * Threads are processes of the model, named by their _pid.  A stretch of code
 * under tokens, from one point that may block to the next, is one atomic
 * step: all others that touch the same things hold the same tokens, and a
 * thread that blocks has lost them.  So there are no tokens here.  wchan[] is
 * what a thread sleeps on; tsleep() under a token ends an atomic step with
 * sleep_on(), and the next begins with awake.  Without a common token,
 * sleep_on() is tsleep_interlock(), and a step of its own.
 *
 * sleep.pml shows that the kernel's tokens, tsleep() and wakeup() keep what
 * is taken for granted here.
 */
byte wchan[THREADS];
hidden byte w_i;

#define sleep_on(ident) wchan[_pid] = ident
#define awake (wchan[_pid] == 0)
#define sleep_remove() wchan[_pid] = 0

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

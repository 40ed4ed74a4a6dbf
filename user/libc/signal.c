/*
 * signal.c -- sets of signals (bit n - 1 of the set is signal n), and the calls
 * that are others in disguise.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int
bad(int sig)
{
	if (sig >= 1 && sig <= SIG_MAXSIG)
		return 0;
	errno = EINVAL;
	return 1;
}

int
sigemptyset(sigset_t *set)
{
	memset(set, 0, sizeof(*set));
	return 0;
}

int
sigfillset(sigset_t *set)
{
	memset(set, 0xff, sizeof(*set));
	return 0;
}

int
sigaddset(sigset_t *set, int sig)
{
	if (bad(sig))
		return -1;
	set->bits[(sig - 1) / 32] |= 1U << ((sig - 1) % 32);
	return 0;
}

int
sigdelset(sigset_t *set, int sig)
{
	if (bad(sig))
		return -1;
	set->bits[(sig - 1) / 32] &= ~(1U << ((sig - 1) % 32));
	return 0;
}

int
sigismember(const sigset_t *set, int sig)
{
	if (bad(sig))
		return -1;
	return (set->bits[(sig - 1) / 32] >> ((sig - 1) % 32)) & 1;
}

/* BSD's signal(): the handler stays, calls go on, the signal is blocked. */
_sig_func_ptr
signal(int sig, _sig_func_ptr handler)
{
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct sigaction old;

	return sigaction(sig, &act, &old) == -1 ? SIG_ERR : old.sa_handler;
}

int
siginterrupt(int sig, int flag)
{
	struct sigaction act;

	if (sigaction(sig, NULL, &act) == -1)
		return -1;
	if (flag)
		act.sa_flags &= ~SA_RESTART;
	else
		act.sa_flags |= SA_RESTART;
	return sigaction(sig, &act, NULL);
}

int
killpg(pid_t pgid, int sig)
{
	if (pgid <= 1) {
		errno = pgid < 0 ? EINVAL : EPERM;
		return -1;
	}
	return kill(-pgid, sig);
}

int
pause(void)
{
	sigset_t mask;

	if (sigprocmask(SIG_BLOCK, NULL, &mask) == -1)
		return -1;
	return sigsuspend(&mask);
}

int
sigwait(const sigset_t *set, int *sig)
{
	int got;

	do
		got = sigwaitinfo(set, NULL);
	while (got == -1 && errno == EINTR);
	if (got == -1)
		return errno;
	*sig = got;
	return 0;
}

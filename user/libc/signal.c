/*
 * signal.c -- sets of signals.  Bit n - 1 of the set is signal n.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

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

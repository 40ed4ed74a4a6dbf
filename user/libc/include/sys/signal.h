/*
 * sys/signal.h -- POSIX names for the kernel's signals.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_timespec.h>
#include <kernel/abi/signal.h>

#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef struct sigset sigset_t;
#endif

typedef struct siginfo siginfo_t;
typedef struct sigaltstack stack_t;
typedef void (*_sig_func_ptr)(int);

__BEGIN_DECLS
int kill(pid_t, int);
int killpg(pid_t, int);
int pause(void);
int sigaction(int, const struct sigaction *, struct sigaction *);
int sigaddset(sigset_t *, int);
int sigaltstack(const stack_t *, stack_t *);
int sigdelset(sigset_t *, int);
int sigemptyset(sigset_t *);
int sigfillset(sigset_t *);
int siginterrupt(int, int);
int sigismember(const sigset_t *, int);
int sigpending(sigset_t *);
int sigprocmask(int, const sigset_t *, sigset_t *);
int sigsuspend(const sigset_t *);
int sigtimedwait(const sigset_t *, siginfo_t *, const struct timespec *);
int sigwait(const sigset_t *, int *);
int sigwaitinfo(const sigset_t *, siginfo_t *);
__END_DECLS

#include <signal.h>

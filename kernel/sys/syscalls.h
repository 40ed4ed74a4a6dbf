/*
 * syscalls.h -- the native system calls that are no file's: declared for the
 * table (syscalls.c).  Arguments stand in their comments; numbers in
 * kernel/abi/syscall.h; errors in the spec's sections.
 */
#pragma once

#include "kernel/sys/sysent.h"

/* sys_proc.c: birth, death, identity. */
SYSCALL(exit);	    /* status: X1 */
SYSCALL(extexit);   /* how, status, addr: X2-X8 */
SYSCALL(fork);
SYSCALL(vfork);
SYSCALL(rfork);	    /* flags */
SYSCALL(execve);    /* path, argv, envp */
SYSCALL(getpid);
SYSCALL(getppid);
SYSCALL(getuid);
SYSCALL(geteuid);
SYSCALL(getgid);
SYSCALL(getegid);
SYSCALL(setuid);    /* uid */
SYSCALL(getpgrp);
SYSCALL(setpgid);   /* pid, pgid */
SYSCALL(getpgid);   /* pid */
SYSCALL(setsid);
SYSCALL(getsid);    /* pid */
SYSCALL(kill);	    /* pid, sig */
SYSCALL(getrlimit); /* which, rlimit */
SYSCALL(setrlimit); /* which, rlimit */
SYSCALL(getrusage); /* who, rusage */
SYSCALL(procctl);   /* idtype, id, cmd, data */

/* sys_signal.c: spec 2.15. */
SYSCALL(sigaction);	/* sig, act, oact */
SYSCALL(sigprocmask);	/* how, set, oset */
SYSCALL(sigpending);	/* set */
SYSCALL(sigsuspend);	/* set */
SYSCALL(sigtimedwait);	/* set, info, timeout */
SYSCALL(sigwaitinfo);	/* set, info */
SYSCALL(sigaltstack);	/* ss, oss */
SYSCALL(sigreturn);	/* ucontext */

/* sys_lwp.c: threads. */
SYSCALL(lwp_create);  /* params */
SYSCALL(lwp_gettid);
SYSCALL(lwp_kill);    /* pid, tid, sig */
SYSCALL(umtx_sleep);  /* ptr, value, usec */
SYSCALL(umtx_wakeup); /* ptr, count */
SYSCALL(usched_set);  /* pid, cmd, data, bytes */
SYSCALL(sched_yield);

/* sys_wait.c */
SYSCALL(wait4); /* pid, status, options, rusage */
SYSCALL(wait6); /* idtype, id, status, options, wrusage, siginfo */

/* sys_ptrace.c */
SYSCALL(ptrace); /* request, pid, addr, data */

/* sys_mem.c */
SYSCALL(break);	   /* addr */
SYSCALL(mmap);	   /* addr, len, prot, flags, fd, pad, pos */
SYSCALL(munmap);   /* addr, len */
SYSCALL(mprotect); /* addr, len, prot */

/* sys_time.c */
SYSCALL(nanosleep);	/* request, remainder */
SYSCALL(clock_gettime); /* clock, timespec */
SYSCALL(gettimeofday);	/* timeval, timezone */
SYSCALL(setitimer);	/* which, value, old */
SYSCALL(getitimer);	/* which, value */

/* sys_event.c */
SYSCALL(kqueue);
SYSCALL(kevent);  /* fd, changes, nchanges, events, nevents, timeout */
SYSCALL(select);  /* nd, in, out, except, timeout */
SYSCALL(pselect); /* nd, in, out, except, timeout, mask */
SYSCALL(poll);	  /* fds, nfds, timeout */

/* sys_mayfly.c: what tests and tools ask; reboot. */
SYSCALL(reboot);     /* howto */
SYSCALL(proclist);   /* rows, max */
SYSCALL(exittrace);  /* pid, events, max */
SYSCALL(exitstages); /* rows, max */

/* sys_failpoint.c: for tests, root's. */
SYSCALL(failpoint); /* name, pass, fail */
SYSCALL(failcall);  /* name, pass, fail, number, args */
SYSCALL(poisoncall); /* byte, number, args */

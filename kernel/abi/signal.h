/*
 * signal.h -- signal numbers and structures, shared by the kernel and user
 * programs.
 *
 * Spec 3.3 and 3.8.  Only structs: the C library's headers make the typedefs
 * that POSIX wants.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGEMT 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGBUS 10
#define SIGSEGV 11
#define SIGSYS 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGURG 16
#define SIGSTOP 17
#define SIGTSTP 18
#define SIGCONT 19
#define SIGCHLD 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGIO 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGINFO 29
#define SIGUSR1 30
#define SIGUSR2 31
#define SIGTHR 32
#define SIGCKPT 33
#define SIGCKPTEXIT 34
#define NSIG 64
#define SIG_MAXSIG 128 /* numbers that a set can hold */

#define SIG_BLOCK 1
#define SIG_UNBLOCK 2
#define SIG_SETMASK 3

/* Bit n - 1 is signal n. */
struct sigset {
	uint32_t bits[4];
};
_Static_assert(sizeof(struct sigset) == 16, "sigset");

union sigval {
	int32_t sival_int;
	void *sival_ptr;
};

struct siginfo {
	int32_t si_signo;
	int32_t si_errno;
	int32_t si_code;
	int32_t si_pid;
	uint32_t si_uid;
	int32_t si_status;
	void *si_addr;
	union sigval si_value;
	int64_t si_band;
	int32_t si_spare[7];
};
_Static_assert(sizeof(struct siginfo) == 80, "siginfo");
_Static_assert(offsetof(struct siginfo, si_pid) == 12, "si_pid");
_Static_assert(offsetof(struct siginfo, si_addr) == 24, "si_addr");
_Static_assert(offsetof(struct siginfo, si_spare) == 48, "si_spare");

struct sigaction {
	union {
		void (*sa_handler)(int);
		void (*sa_sigaction)(int, struct siginfo *, void *);
	};
	int32_t sa_flags;
	struct sigset sa_mask;
};
_Static_assert(sizeof(struct sigaction) == 32, "sigaction");
_Static_assert(offsetof(struct sigaction, sa_mask) == 12, "sa_mask");

struct sigaltstack {
	void *ss_sp;
	size_t ss_size;
	int32_t ss_flags;
};
_Static_assert(sizeof(struct sigaltstack) == 24, "sigaltstack");

struct sigevent {
	int32_t sigev_notify;
	int32_t sigev_signo;
	union sigval sigev_value;
};
_Static_assert(sizeof(struct sigevent) == 16, "sigevent");

/* The default, ignore and error handlers, as numbers. */
#define SIGH_DFL 0
#define SIGH_IGN 1
#define SIGH_ERR (-1)

#define SA_ONSTACK 0x0001
#define SA_RESTART 0x0002
#define SA_RESETHAND 0x0004
#define SA_NOCLDSTOP 0x0008
#define SA_NODEFER 0x0010
#define SA_NOCLDWAIT 0x0020
#define SA_SIGINFO 0x0040

#define SS_ONSTACK 1
#define SS_DISABLE 4
#define MINSIGSTKSZ 8192
#define SIGSTKSZ (MINSIGSTKSZ + 32768)

#define SIGEV_NONE 0
#define SIGEV_SIGNAL 1
#define SIGEV_KEVENT 3

/* si_code of SIGCHLD and of wait6() ... */
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
/* ... and of signals that someone sent. */
#define SI_USER 0
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_ASYNCIO (-3)
#define SI_MESGQ (-4)
/* ... and of faults. */
#define ILL_ILLOPC 1
#define BUS_ADRALN 1
#define BUS_OBJERR 3
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define FPE_INTOVF 1
#define FPE_INTDIV 2
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define TRAP_BRKPT 1
#define TRAP_TRACE 2

/*
 * wait.h -- the status of a child, shared by the kernel and user programs.
 *
 * Spec 3.5.  The value is what passes through the 16 bits of p_xstat:
 *
 *	exit(n)		(n & 255) << 8
 *	killed by s	s, + 0x80 with a core
 *	stopped by s	(s << 8) + 0x7f
 *	continued	19
 *
 * 19 would also read as "killed by SIGCONT", which cannot happen: the
 * predicates know.
 */
#pragma once

#include "kernel/abi/resource.h"

#define WNOHANG 0x01
#define WUNTRACED 0x02
#define WSTOPPED WUNTRACED
#define WCONTINUED 0x04
#define WNOWAIT 0x08
#define WEXITED 0x10
#define WTRAPPED 0x20
#define WLINUXCLONE 0x80000000

#define WAIT_ANY (-1)
#define WAIT_MYPGRP 0

#define _WCONTINUED_STATUS 19
#define _WCORE 0x80
#define _WLOW7(s) ((s) & 0x7f)

#define W_EXITCODE(ret, sig) (((ret) & 0xff) << 8 | (sig))
#define W_STOPCODE(sig) ((sig) << 8 | 0x7f)
#define W_CONTCODE _WCONTINUED_STATUS

#define WIFEXITED(s) (_WLOW7(s) == 0)
#define WIFSTOPPED(s) (_WLOW7(s) == 0x7f)
#define WIFCONTINUED(s) ((s) == _WCONTINUED_STATUS)
#define WIFSIGNALED(s)                                                         \
	(_WLOW7(s) != 0 && _WLOW7(s) != 0x7f && (s) != _WCONTINUED_STATUS)
#define WEXITSTATUS(s) (((s) >> 8) & 0xff)
#define WSTOPSIG(s) (((s) >> 8) & 0xff)
#define WTERMSIG(s) _WLOW7(s)
#define WCOREDUMP(s) (WIFSIGNALED(s) && ((s) & _WCORE) != 0)

/* Whom waitid(), wait6() and procctl() mean. */
enum idtype {
	P_PID = 0,
	P_PPID = 1,
	P_PGID = 2,
	P_SID = 3,
	P_CID = 4,
	P_UID = 5,
	P_GID = 6,
	P_ALL = 7,
};

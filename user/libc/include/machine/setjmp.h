/*
 * machine/setjmp.h -- what newlib's setjmp() fills, and POSIX's forms of it
 * that know the signal mask.
 *
 * sigsetjmp() is a macro, because setjmp() must be called where it returns to.
 */
#pragma once

#include <sys/signal.h>

#define _JBTYPE long long
#define _JBLEN 8 /* rbx, rbp, r12 to r15, rsp, rip */

typedef _JBTYPE jmp_buf[_JBLEN];

/* Behind the registers: is a mask kept, and the mask. */
typedef _JBTYPE
    sigjmp_buf[_JBLEN + 1 + sizeof(struct sigset) / sizeof(_JBTYPE)];

#define _JB_HAS_MASK _JBLEN
#define _JB_MASK(env) ((sigset_t *)(void *)&(env)[_JBLEN + 1])

#define sigsetjmp(env, savemask)                                               \
	((env)[_JB_HAS_MASK] = (savemask),                                     \
	    sigprocmask(SIG_BLOCK, (const sigset_t *)0, _JB_MASK(env)),        \
	    setjmp(env))
#define siglongjmp(env, value)                                                 \
	((env)[_JB_HAS_MASK] ? (void)sigprocmask(SIG_SETMASK, _JB_MASK(env),   \
				   (sigset_t *)0) :                            \
			       (void)0,                                        \
	    longjmp((env), (value)))

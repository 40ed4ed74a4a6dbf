/*
 * sigpend.h -- pending signals: a set, and what is known of each.
 *
 * A signal is pending or not: it is not queued (spec 2.15).  Who posts one
 * that is pending already adds nothing.  Information costs memory; without
 * memory a signal comes without (its number alone), but it comes.  A process
 * has room of its own for what it is to know of SIGCHLD: no end of a child
 * needs memory.
 * The owner's lock guards it: p_token of the process.
 */
#pragma once

#include <stdbool.h>
#include <sys/queue.h>
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/signal/sigset.h"

struct ksiginfo {
	SLIST_ENTRY(ksiginfo) ksi_link;
	bool ksi_room; /* it is not to be freed */
	struct siginfo ksi_info;
};

struct sigpend {
	struct sigset sp_set;
	SLIST_HEAD(, ksiginfo) sp_infos; /* of signals in the set */
};

/* Adds si->si_signo; its information only if that is wanted. */
void sigpend_add(struct sigpend *sp, const struct siginfo *si, bool info);
/* The same with information, for which there is room: used for that signal in
 * that set alone, so that it is free when the signal is not pending. */
void sigpend_add_in(struct sigpend *sp, const struct siginfo *si,
    struct ksiginfo *room);
/* Takes sig out, if it is in.  *si (if any) gets what is known, every byte. */
void sigpend_take(struct sigpend *sp, int sig, struct siginfo *si);
/* Drops the signals of a set; all of them. */
void sigpend_drop(struct sigpend *sp, const struct sigset *set);
static inline void
sigpend_drop_all(struct sigpend *sp)
{
	if (unlikely(!sigset_empty(&sp->sp_set)))
		sigpend_drop(sp, &sp->sp_set);
}

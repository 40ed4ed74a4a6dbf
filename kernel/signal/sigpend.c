/*
 * sigpend.c -- see sigpend.h.
 */
#include "kernel/signal/sigpend.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/signal/sigset.h"

MALLOC_DEFINE(M_SIGINFO, "siginfo");

static void
add_info(struct sigpend *sp, struct ksiginfo *ksi, const struct siginfo *si,
    bool room)
{
	ksi->ksi_info = *si;
	ksi->ksi_room = room;
	SLIST_INSERT_HEAD(&sp->sp_infos, ksi, ksi_link);
}

void
sigpend_add(struct sigpend *sp, const struct siginfo *si, bool info)
{
	struct ksiginfo *ksi;

	if (sigset_has(&sp->sp_set, si->si_signo))
		return;
	sigset_add(&sp->sp_set, si->si_signo);
	if (!info)
		return;
	ksi = kmalloc(sizeof(*ksi), &M_SIGINFO, 0);
	if (ksi != NULL)
		add_info(sp, ksi, si, false);
}

void
sigpend_add_in(struct sigpend *sp, const struct siginfo *si,
    struct ksiginfo *room)
{
	if (sigset_has(&sp->sp_set, si->si_signo))
		return;
	sigset_add(&sp->sp_set, si->si_signo);
	add_info(sp, room, si, true);
}

void
sigpend_take(struct sigpend *sp, int sig, struct siginfo *si)
{
	struct ksiginfo *ksi;

	sigset_del(&sp->sp_set, sig);
	if (si != NULL) {
		memset(si, 0, sizeof(*si));
		si->si_signo = sig;
	}
	SLIST_FOREACH(ksi, &sp->sp_infos, ksi_link)
		if (ksi->ksi_info.si_signo == sig)
			break;
	if (ksi == NULL)
		return;
	if (si != NULL)
		*si = ksi->ksi_info;
	SLIST_REMOVE(&sp->sp_infos, ksi, ksiginfo, ksi_link);
	if (!ksi->ksi_room)
		kfree(ksi, &M_SIGINFO);
}

__rare void
sigpend_drop(struct sigpend *sp, const struct sigset *set)
{
	struct sigset both = sp->sp_set;
	int sig;

	sigset_and(&both, set);
	while ((sig = sig_first(&both)) != 0) {
		sigset_del(&both, sig);
		sigpend_take(sp, sig, NULL);
	}
}

/*
 * pgrp.c -- membership in groups and sessions.
 *
 * The last reference goes under the spin lock of the number's bucket, so that
 * a lookup and the last release cannot cross.  A group takes its session's
 * reference with it.
 */
#include "kernel/proc/pgrp.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/jobs.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/proc.h"

MALLOC_DEFINE(M_PGRP, "pgrp");
MALLOC_DEFINE(M_SESSION, "session");

uint32_t pgrp_nstopped;

static inline void
members_lock(struct pgrp *pg) TAKES(leaf_spin) UNCHECKED
{
	spin_lock(&pg->pg_spin);
}

static inline void
members_unlock(struct pgrp *pg) DROPS(leaf_spin) UNCHECKED
{
	spin_unlock(&pg->pg_spin);
}

static UNCHECKED void
session_rele(struct session *sess)
{
	struct pid_bucket *pb = pid_bucket(sess->s_sid);
	bool last;

	bucket_lock(pb);
	last = --sess->s_refs == 0;
	if (last)
		LIST_REMOVE(sess, s_hash);
	bucket_unlock(pb);
	if (!last)
		return;
	/* Its leader was a member, and let go of the terminal. */
	KKASSERT(sess->s_ttyp == NULL && sess->s_leader == NULL);
	kfree(sess, &M_SESSION);
}

static void
session_hold(struct session *sess)
{
	struct pid_bucket *pb = pid_bucket(sess->s_sid);

	bucket_lock(pb);
	sess->s_refs++;
	bucket_unlock(pb);
}

struct pgrp *
pgfind(int pgid)
{
	struct pid_bucket *pb = pid_bucket(pgid);
	struct pgrp *pg;

	bucket_lock(pb);
	LIST_FOREACH(pg, &pb->pb_pgrps, pg_hash)
		if (pg->pg_id == pgid)
			break;
	if (pg != NULL)
		atomic_add(&pg->pg_refs, 1);
	bucket_unlock(pb);
	return pg;
}

void
pghold(struct pgrp *pg)
{
	atomic_add(&pg->pg_refs, 1);
}

bool
pghold_alive(struct pgrp *pg)
{
	uint32_t refs;

	do {
		refs = atomic_load(&pg->pg_refs);
		if (refs == 0)
			return false;
	} while (!atomic_cmpset(&pg->pg_refs, refs, refs + 1));
	return true;
}

inline void
pgrele(struct pgrp *pg)
{
	struct pid_bucket *pb = pid_bucket(pg->pg_id);
	bool last;

	if (atomic_drop_unless_last(&pg->pg_refs))
		return;
	bucket_lock(pb);
	last = atomic_subfetch(&pg->pg_refs, 1) == 0;
	if (last)
		LIST_REMOVE(pg, pg_hash);
	bucket_unlock(pb);
	if (!last)
		return;
	session_rele(pg->pg_session);
	kfree(pg, &M_PGRP);
}

/* p, in no group, becomes a member; the caller puts it on the list. */
static void
member_init(struct proc *p, struct pgrp *pg) NEEDS(proc_token, leaf_spin)
{
	p->p_pgrp = pg;
	atomic_store(&p->p_pgid, pg->pg_id);
	atomic_store(&p->p_sid, pg->pg_session->s_sid);
}

/* The same; takes over the caller's reference. */
static void
pgrp_join(struct proc *p, struct pgrp *pg) NEEDS(proc_token)
{
	members_lock(pg);
	member_init(p, pg);
	LIST_INSERT_HEAD(&pg->pg_members, p, p_pglist);
	members_unlock(pg);
	if (unlikely(p->p_flags & P_STOPPED))
		pgrp_count_stopped(p, 1);
}

bool
pgrp_inherit(struct proc *child, struct proc *p)
{
	struct pgrp *pg = p->p_pgrp;
	bool joins;

	members_lock(pg);
	joins = likely(atomic_load(&pg->pg_signalling) == 0);
	if (joins) {
		/* Before anybody can see it. */
		child->p_flags |= p->p_flags & P_CONTROLT;
		pghold(pg);
		member_init(child, pg);
		LIST_INSERT_AFTER(p, child, p_pglist);
	}
	members_unlock(pg);
	return joins;
}

void
pgrp_leave(struct proc *p)
{
	struct pgrp *pg = p->p_pgrp;
	bool empty;

	if (unlikely(p->p_flags & P_STOPPED))
		pgrp_count_stopped(p, -1);
	members_lock(pg);
	LIST_REMOVE(p, p_pglist);
	p->p_pgrp = NULL;
	empty = LIST_EMPTY(&pg->pg_members);
	members_unlock(pg);
	/* A terminal may name it still. */
	if (empty)
		sigio_group_gone(pg);
	pgrele(pg);
}

UNCHECKED bool
pgrp_is_empty(struct pgrp *pg)
{
	return LIST_EMPTY(&pg->pg_members);
}

void
pgrp_count_stopped(struct proc *p, int by)
{
	atomic_add(&p->p_pgrp->pg_nstopped, (uint32_t)by);
	atomic_add(&pgrp_nstopped, (uint32_t)by);
}

/* RACE: p may have left for another group: then all over again.  UNCHECKED:
 * p_pgrp does not change under pg_spin, either. */
UNCHECKED struct proc *
pgrp_next(struct pgrp *pg, struct proc *p)
{
	struct proc *next;

	members_lock(pg);
	if (p == NULL || p->p_pgrp != pg)
		next = LIST_FIRST(&pg->pg_members);
	else
		next = LIST_NEXT(p, p_pglist);
	if (next != NULL)
		PHOLD(next);
	members_unlock(pg);
	if (p != NULL)
		PRELE(p);
	return next;
}

/* UNCHECKED: nobody else knows it. */
static UNCHECKED struct session *
session_create(int sid, struct proc *leader)
{
	struct session *sess = kmalloc(sizeof(*sess), &M_SESSION, M_ZERO);

	if (sess == NULL)
		return NULL;
	sess->s_sid = sid;
	spin_init(&sess->s_spin, "session", SPIN_LEAF);
	sess->s_leader = leader;
	return sess;
}

/* A group numbered pgid with one reference, in session sess or, if that is
 * NULL, in a new one of that leader; NULL without memory. */
static struct pgrp *
pgrp_create(int pgid, struct session *sess, struct proc *leader)
{
	struct pid_bucket *pb = pid_bucket(pgid);
	struct pgrp *pg = kmalloc(sizeof(*pg), &M_PGRP, M_ZERO);
	struct session *fresh = NULL;

	if (pg != NULL && sess == NULL)
		fresh = session_create(pgid, leader);
	if (pg == NULL || (sess == NULL && fresh == NULL)) {
		kfree(pg, &M_PGRP);
		return NULL;
	}
	if (sess != NULL)
		session_hold(sess);
	pg->pg_id = pgid;
	pg->pg_session = sess != NULL ? sess : fresh;
	spin_init(&pg->pg_spin, "pgrp", SPIN_LEAF);
	LIST_INIT(&pg->pg_members);
	bucket_lock(pb);
	pg->pg_refs = 1;
	LIST_INSERT_HEAD(&pb->pb_pgrps, pg, pg_hash);
	if (fresh != NULL) {
		fresh->s_refs = 1;
		LIST_INSERT_HEAD(&pb->pb_sessions, fresh, s_hash);
	}
	bucket_unlock(pb);
	return pg;
}

void
pgrp_boot(struct proc *p)
{
	struct pgrp *pg = pgrp_create(p->p_pid, NULL, p);

	KASSERT(pg != NULL, "no memory for the first process group");
	pgrp_join(p, pg);
}

/* p, whose token is held, moves to pg; takes over the reference.  The groups
 * that it orphans are put on list. */
static void
pgrp_move(struct proc *p, struct pgrp *pg, struct orphaned_pgrps *list)
    NEEDS(proc_token, parent_token)
{
	struct jobs_place was = jobs_place(p);
	struct pgrp *old = p->p_pgrp;
	bool guarded;

	if (old == pg) {
		pgrele(pg);
		return;
	}
	guarded = jobs_guards_own(p);
	pghold(old);
	pgrp_leave(p);
	pgrp_join(p, pg);
	/* ORDER: its numbers first, then the count (jobs.c). */
	atomic_fence();
	if (unlikely(atomic_load(&pgrp_nstopped) != 0))
		jobs_collect(p, was, guarded ? old : NULL, list);
	pgrele(old);
}

struct proc **
pgrp_hold_members(struct pgrp *pg, int *np)
{
	struct proc **members = NULL, *p;
	int room = 0, n;

	/* The group may grow while memory for its list is found. */
	for (;;) {
		n = 0;
		members_lock(pg);
		LIST_FOREACH(p, &pg->pg_members, p_pglist)
			n++;
		if (n <= room)
			break;
		members_unlock(pg);
		kfree(members, &M_PGRP);
		room = n + 8;
		members = kmalloc(sizeof(*members) * (size_t)room, &M_PGRP, 0);
		if (members == NULL) {
			*np = -1;
			return NULL;
		}
	}
	n = 0;
	LIST_FOREACH(p, &pg->pg_members, p_pglist) {
		PHOLD(p);
		members[n++] = p;
	}
	atomic_add(&pg->pg_signalling, 1);
	members_unlock(pg);
	*np = n;
	return members;
}

void
pgrp_free_members(struct pgrp *pg, struct proc **members, int n)
{
	for (int i = 0; i < n; i++)
		PRELE(members[i]);
	kfree(members, &M_PGRP);
	if (n >= 0)
		pgrp_walk_end(pg);
}

void
pgrp_walk_begin(struct pgrp *pg)
{
	members_lock(pg);
	atomic_add(&pg->pg_signalling, 1);
	members_unlock(pg);
}

void
pgrp_walk_end(struct pgrp *pg)
{
	if (atomic_subfetch(&pg->pg_signalling, 1) == 0)
		wakeup(&pg->pg_signalling); /* WAKES: pgrp_await() */
}

void
pgrp_await(struct proc *p)
{
	struct pgrp *pg = p->p_pgrp;

	pghold(pg);
	tsleep_interlock(&pg->pg_signalling, 0);
	if (atomic_load(&pg->pg_signalling) != 0)
		tsleep(&pg->pg_signalling, PKILL | PINTERLOCKED, "pgrp",
		    0); /* sleeps */
	else
		tsleep_remove(curthread);
	pgrele(pg);
}

/* RACE: another thread, or the parent by setpgid(), could begin a group of that
 * number: hence one stretch under the token from the look to the move. */
int
kern_setsid(struct proc *p, int *sidp)
{
	struct orphaned_pgrps list = SLIST_HEAD_INITIALIZER(list);
	struct pgrp *pg;
	int error = 0;

	family_lock(p); /* sleeps */
	pg = pgfind(p->p_pid);
	if (pg != NULL) {
		pgrele(pg);
		error = EPERM;
	} else if ((pg = pgrp_create(p->p_pid, NULL, p)) == NULL) {
		error = ENOMEM;
	} else {
		p->p_flags &= ~(uint32_t)P_CONTROLT;
		pgrp_move(p, pg, &list);
		*sidp = p->p_pid;
	}
	family_unlock(p);
	jobs_tell(&list); /* sleeps */
	return error;
}

/* May p put targ (both tokens held, targ p itself or its child) into group
 * pgid of p's session?  *pgp gets the group with a reference. */
static int
setpgid_check(struct proc *p, struct proc *targ, int pgid, struct pgrp **pgp)
    NEEDS(parent_token, proc_token)
{
	struct session *sess = p->p_pgrp->pg_session;

	if (targ != p) {
		struct proc *parent = targ->p_opptr;

		/* Its real one, while another traces it. */
		if (parent == NULL)
			parent = targ->p_pptr;
		if (parent != p || targ->p_stat != SACTIVE)
			return ESRCH;
		if (targ->p_pgrp->pg_session != sess)
			return EPERM;
		if (targ->p_flags & P_EXEC)
			return EACCES;
	}
	if (targ->p_pid == targ->p_pgrp->pg_session->s_sid)
		return EPERM;
	*pgp = pgfind(pgid);
	if (*pgp != NULL && (*pgp)->pg_session == sess)
		return 0;
	if (*pgp != NULL) {
		pgrele(*pgp);
		return EPERM;
	}
	if (pgid != targ->p_pid)
		return EPERM;
	*pgp = pgrp_create(pgid, sess, NULL);
	return *pgp != NULL ? 0 : ENOMEM;
}

int
kern_setpgid(struct proc *p, int pid, int pgid)
{
	struct orphaned_pgrps list = SLIST_HEAD_INITIALIZER(list);
	struct proc *targ = pfind(pid != 0 ? pid : p->p_pid);
	struct pgrp *pg = NULL;
	int error;

	if (pgid < 0)
		error = EINVAL;
	else if (targ == NULL)
		return ESRCH;
	else {
		children_lock(p); /* sleeps */
		proc_lock(targ);  /* sleeps */
		error = setpgid_check(p, targ, pgid != 0 ? pgid : targ->p_pid,
		    &pg);
		if (error == 0)
			pgrp_move(targ, pg, &list);
		proc_unlock(targ);
		children_unlock(p);
		jobs_tell(&list); /* sleeps */
	}
	if (targ != NULL)
		PRELE(targ);
	return error;
}

/* The group of pid with a reference; a zombie still has one (N1). */
static int
pgrp_of_pid(struct proc *p, int pid, struct pgrp **pgp)
{
	struct proc *targ = pfind_any(pid != 0 ? pid : p->p_pid);

	if (targ == NULL)
		return ESRCH;
	proc_lock(targ); /* sleeps */
	*pgp = targ->p_pgrp;
	if (*pgp != NULL)
		pghold(*pgp);
	proc_unlock(targ);
	PRELE(targ);
	return *pgp != NULL ? 0 : ESRCH;
}

int
kern_getpgid(struct proc *p, int pid, int *pgidp)
{
	struct pgrp *pg;
	int error = pgrp_of_pid(p, pid, &pg);

	if (error == 0) {
		*pgidp = pg->pg_id;
		pgrele(pg);
	}
	return error;
}

int
kern_getsid(struct proc *p, int pid, int *sidp)
{
	struct pgrp *pg;
	int error = pgrp_of_pid(p, pid, &pg);

	if (error == 0) {
		*sidp = pg->pg_session->s_sid;
		pgrele(pg);
	}
	return error;
}

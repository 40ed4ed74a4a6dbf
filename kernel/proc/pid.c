/*
 * pid.c -- process numbers and the table of processes.
 *
 * One hash for processes, groups and sessions: what stands for a number is in
 * the bucket of that number, so that "is this number free?" is one look under
 * one spin lock.  A zombie stays in the table until it is buried (N1): its
 * number cannot be given out again.
 *
 * Each CPU takes numbers from a chunk of its own; the shared counter moves
 * once a chunk.  A number comes again only after the counter has gone round.
 */
#include "kernel/proc/pid.h"
#include "kernel/lib/lib.h"
#include "kernel/lib/panic.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"

#define PID_CHUNK 32

MALLOC_DEFINE(M_PID, "pid");

/* A CPU's numbers: pc_next up to pc_end. */
struct pid_chunk {
	int pc_next, pc_end; /* GUARDED(crit) */
};

struct pid_bucket pid_hash[PID_BUCKETS];
struct proc_count nprocs;
int maxproc;
static int pid_max = PID_MAX; /* STABLE kernel argument pidmax */
static int pid_counter = 1;   /* ATOMIC next chunk */

static void
pid_init(void)
{
	long n = cmdline_num("pidmax", PID_MAX);

	pid_max = n > PID_RESTART + PID_CHUNK && n < PID_MAX ? (int)n : PID_MAX;
	maxproc = (int)cmdline_num("maxproc", 60000);
	for (int i = 0; i < PID_BUCKETS; i++) {
		struct pid_bucket *pb = &pid_hash[i];

		spin_init(&pb->pb_spin, "pid", SPIN_HASH);
		LIST_INIT(&pb->pb_procs);
		LIST_INIT(&pb->pb_pgrps);
		LIST_INIT(&pb->pb_sessions);
	}
	for (int i = 0; i < ncpus; i++) {
		globaldata[i]->gd_pids =
		    kmalloc(sizeof(struct pid_chunk), &M_PID, M_ZERO);
		KASSERT(globaldata[i]->gd_pids != NULL, "no memory for pids");
	}
}
SYSINIT(pid, SI_SUB_BOOT2_PROC0, SI_ORDER_FIRST, pid_init);

static struct proc *
bucket_find(struct pid_bucket *pb, int pid) NEEDS(hash_spin)
{
	struct proc *p;

	LIST_FOREACH(p, &pb->pb_procs, p_hash)
		if (p->p_pid == pid)
			return p;
	return NULL;
}

static bool
pid_in_use(struct pid_bucket *pb, int pid) NEEDS(hash_spin)
{
	struct pgrp *pg;
	struct session *sess;

	if (bucket_find(pb, pid) != NULL)
		return true;
	LIST_FOREACH(pg, &pb->pb_pgrps, pg_hash)
		if (pg->pg_id == pid)
			return true;
	LIST_FOREACH(sess, &pb->pb_sessions, s_hash)
		if (sess->s_sid == pid)
			return true;
	return false;
}

/* The first number of a new chunk. */
static int
pid_new_chunk(void)
{
	for (;;) {
		int first = atomic_load(&pid_counter);
		bool wraps = first + PID_CHUNK > pid_max + 1;
		int next = wraps ? PID_RESTART : first + PID_CHUNK;

		if (atomic_cmpset(&pid_counter, first, next) && !wraps)
			return first;
	}
}

static int
pid_candidate(void)
{
	struct pid_chunk *pc;
	int pid;

	crit_enter();
	pc = mycpu->gd_pids;
	if (pc->pc_next == pc->pc_end) {
		pc->pc_next = pid_new_chunk();
		pc->pc_end = pc->pc_next + PID_CHUNK;
	}
	pid = pc->pc_next++;
	crit_exit();
	return pid;
}

void
pid_enter(struct proc *p)
{
	/* nprocs is far below the number of pids, so this ends. */
	for (;;) {
		int pid = p->p_pid >= 0 ? p->p_pid : pid_candidate();
		struct pid_bucket *pb = pid_bucket(pid);
		bool taken;

		bucket_lock(pb);
		taken = pid_in_use(pb, pid);
		if (!taken) {
			p->p_pid = pid;
			LIST_INSERT_HEAD(&pb->pb_procs, p, p_hash);
		}
		bucket_unlock(pb);
		if (!taken)
			return;
	}
}

/* MODEL: adoption.pml, handshake.pml. */
inline void
pid_leave(struct proc *p)
{
	struct pid_bucket *pb = pid_bucket(p->p_pid);

	bucket_lock(pb);
	LIST_REMOVE(p, p_hash);
	bucket_unlock(pb);
}

/* MODEL: adoption.pml, handshake.pml. */
struct proc *
pfind_any(int pid)
{
	struct pid_bucket *pb = pid_bucket(pid);
	struct proc *p;

	bucket_lock(pb);
	p = bucket_find(pb, pid);
	if (p != NULL && atomic_load(&p->p_stat) == SIDL)
		p = NULL;
	if (p != NULL)
		PHOLD(p);
	bucket_unlock(pb);
	return p;
}

/* MODEL: adoption.pml, handshake.pml. */
struct proc *
pfind_child(int pid, struct proc *p)
{
	struct pid_bucket *pb = pid_bucket(pid);
	struct proc *child;

	bucket_lock(pb);
	child = bucket_find(pb, pid);
	/* RACE: it may be anybody's, and go as soon as the lock does; ours
	 * cannot.  An embryo has no parent yet. */
	if (child != NULL && child->p_pptr != p)
		child = NULL;
	bucket_unlock(pb);
	return child;
}

struct proc *
pfind(int pid)
{
	struct proc *p = pfind_any(pid);

	if (p != NULL && atomic_load(&p->p_stat) == SZOMB) {
		PRELE(p);
		p = NULL;
	}
	return p;
}

/* A place is a bucket's number and which of its numbers: that many times
 * pid_bucket() has gone round. */
#define PID_ROUNDS 16
_Static_assert(PID_MAX / PID_BUCKETS < PID_ROUNDS, "places of pids");

/* The lowest number in the bucket from that round on, -1: none. */
static int
bucket_next(struct pid_bucket *pb, int round, uint32_t without)
{
	struct proc *p;
	int pid = -1;

	bucket_lock(pb);
	LIST_FOREACH(p, &pb->pb_procs, p_hash) {
		int stat = atomic_load(&p->p_stat);

		if (stat == SIDL || stat == SZOMB ||
		    (atomic_load(&p->p_mpflags) & without) ||
		    p->p_pid / PID_BUCKETS < round)
			continue;
		if (pid < 0 || p->p_pid < pid)
			pid = p->p_pid;
	}
	bucket_unlock(pb);
	return pid;
}

int
pid_next(int64_t *place, uint32_t without)
{
	for (; *place < (int64_t)PID_BUCKETS * PID_ROUNDS;
	     *place = roundup2(*place + 1, PID_ROUNDS)) {
		int bucket = (int)(*place / PID_ROUNDS), pid;

		if (LIST_EMPTY(&pid_hash[bucket].pb_procs))
			continue;
		pid = bucket_next(&pid_hash[bucket],
		    (int)(*place % PID_ROUNDS), without);
		if (pid >= 0) {
			*place = (int64_t)bucket * PID_ROUNDS +
			    pid / PID_BUCKETS + 1;
			return pid;
		}
	}
	return -1;
}

#define SCAN_BATCH 16

/* Holds the processes of a bucket from the nth on; how many. */
static int
bucket_hold(struct pid_bucket *pb, int nth, struct proc *batch[SCAN_BATCH])
{
	struct proc *p;
	int i = 0, n = 0;

	bucket_lock(pb);
	LIST_FOREACH(p, &pb->pb_procs, p_hash) {
		if (i++ < nth || atomic_load(&p->p_stat) == SIDL)
			continue;
		PHOLD(p);
		batch[n++] = p;
		if (n == SCAN_BATCH)
			break;
	}
	bucket_unlock(pb);
	return n;
}

void
allproc_scan(bool (*fn)(struct proc *p, void *arg), void *arg)
{
	struct proc *batch[SCAN_BATCH];
	bool more = true;

	for (int i = 0; i < PID_BUCKETS && more; i++) {
		int n, nth = 0;

		if (LIST_EMPTY(&pid_hash[i].pb_procs))
			continue;
		do {
			n = bucket_hold(&pid_hash[i], nth, batch);
			for (int j = 0; j < n; j++) {
				if (more)
					more = fn(batch[j], arg);
				PRELE(batch[j]);
			}
			nth += n;
		} while (n == SCAN_BATCH && more);
	}
}

/* MODEL: adoption.pml, handshake.pml. */
static __rare void
wait_until_unheld(struct proc *p)
{
	for (;;) {
		tsleep_interlock(&p->p_lock, 0);
		if ((atomic_fetchor(&p->p_lock, PLOCK_WAITING) &
			PLOCK_COUNT) == 0)
			break;
		tsleep(&p->p_lock, PINTERLOCKED, "reap", 0); /* sleeps */
	}
	tsleep_remove(curthread);
}

/* MODEL: adoption.pml, handshake.pml, vfork.pml. */
inline void
proc_stall(struct proc *p)
{
	/* Nobody can find p: what has fallen to 0 stays there. */
	if (unlikely((atomic_load_acq(&p->p_lock) & PLOCK_COUNT) != 0))
		wait_until_unheld(p); /* sleeps */
}

int
panic_pid(const struct thread *td)
{
	return td->td_proc != NULL ? td->td_proc->p_pid : -1;
}

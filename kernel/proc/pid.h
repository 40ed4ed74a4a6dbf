/*
 * pid.h -- the hash behind pid.c, for the owners of what is in it: processes,
 * groups (pgrp.c) and sessions.
 */
#pragma once

#include <sys/queue.h>
#include "kernel/lockcheck.h"
#include "kernel/lwkt/spin.h"

struct pgrp;
struct proc;
struct session;

#define PID_BUCKETS 8192

struct pid_bucket {
	struct spinlock pb_spin;	  /* SELF */
	LIST_HEAD(, proc) pb_procs GUARDED(hash_spin);
	LIST_HEAD(, pgrp) pb_pgrps GUARDED(hash_spin);
	LIST_HEAD(, session) pb_sessions GUARDED(hash_spin);
};

extern struct pid_bucket pid_hash[PID_BUCKETS];

static inline void
bucket_lock(struct pid_bucket *pb) TAKES(hash_spin) UNCHECKED;
static inline void
bucket_lock(struct pid_bucket *pb)
{
	spin_lock(&pb->pb_spin);
}

static inline void
bucket_unlock(struct pid_bucket *pb) DROPS(hash_spin) UNCHECKED;
static inline void
bucket_unlock(struct pid_bucket *pb)
{
	spin_unlock(&pb->pb_spin);
}

/* The bucket of a number; any int is taken. */
static inline struct pid_bucket *
pid_bucket(int pid)
{
	return &pid_hash[(unsigned)pid % PID_BUCKETS];
}

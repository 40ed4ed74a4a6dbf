/*
 * lockcheck.h -- who may touch a field, as words that the compiler checks.
 *
 * Under clang (make analyze) the words become thread-safety attributes; under
 * gcc they vanish.  C cannot name a sibling field in an attribute, so each
 * lock CLASS has one object, declared and never defined, that stands for
 * "some lock of this class".  A second lock of one class (a child's token and
 * its parent's) is a class of its own, so that holding both is written down.
 */
#pragma once

#if defined(__clang__) && defined(ANALYZE)
#define _TS(x) __attribute__((x))
#else
#define _TS(x)
#endif

struct _TS(capability("lock")) lock_class {
	int unused;
};

/* On a field. */
#define GUARDED(c) _TS(guarded_by(c))
#define STABLE /* set before others can see the object, then never changed */
#define OWNER  /* only the thread (or CPU) that it describes touches it */
#define ATOMIC /* only through kernel/lib/atomic.h */
#define SELF   /* is itself a lock, or carries its own */

/* On a function. */
#define NEEDS(...) _TS(requires_capability(__VA_ARGS__))
#define TAKES(...) _TS(acquire_capability(__VA_ARGS__))
#define DROPS(...) _TS(release_capability(__VA_ARGS__))
#define NOTIN(...) _TS(locks_excluded(__VA_ARGS__))
#define UNCHECKED _TS(no_thread_safety_analysis)

extern struct lock_class proc_token;   /* p_token of the process at hand */
extern struct lock_class parent_token; /* p_token of its parent, a second one */
extern struct lock_class vm_token;     /* vm_token of a vmspace */
extern struct lock_class fd_token;     /* fd_token of a descriptor table */
extern struct lock_class pipe_token;   /* pp_token of a pipe */
extern struct lock_class tty_token;    /* t_token of a terminal */
extern struct lock_class list_token;   /* the token of a global list of hooks */
extern struct lock_class hash_spin;    /* a bucket of the pid hash */
extern struct lock_class knote_spin;   /* all knotes and kqueues */
extern struct lock_class sleep_spin;   /* a bucket of the sleep queues */
extern struct lock_class callout_spin; /* the callout tree of a CPU */
extern struct lock_class runq_spin;    /* the user run queue of a CPU */
extern struct lock_class leaf_spin;    /* any other spin lock: innermost */
extern struct lock_class crit;	       /* this CPU, in a critical section */
extern struct lock_class noblock;      /* a stretch that must not sleep */

/* May block: every token that the caller holds is lost and regained. */
#define SLEEPS NOTIN(crit, noblock)
#define NORETURN __attribute__((noreturn))

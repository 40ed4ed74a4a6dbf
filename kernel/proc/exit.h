/*
 * exit.h -- the rooms of death: what each offers to those before it, and the
 * tables of stages (exit_stages.c).
 */
#pragma once

#include <stdbool.h>
#include "kernel/abi/lwp.h"
#include "kernel/abi/mayfly.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/eventhandler.h"

struct lwp;
struct proc;
struct thread;

/* A stage lets go of one kind of thing. */
struct exit_stage {
	const char *es_name;
	void (*es_fn)(struct lwp *lp); /* NULL: its subsystem is left out */
	const char *es_why;	       /* the reason for its place */
};

extern const struct exit_stage proc_stages[], thread_stages[];
extern const int n_proc_stages, n_thread_stages;

/* Runs the stages of a table from first on, in order, noting each. */
void exit_walk(struct lwp *lp, int table);

/* Room 1 and 2, exit.c.  status is a wait status (W_EXITCODE).  exit1 ends
 * the process, or, when another thread has claimed that, this thread. */
void exit1(struct lwp *lp, int status) NORETURN;
/* extexit(2) for the thread alone: ends it if another one lives on, and the
 * process with status otherwise (D11). */
void exit_thread(struct lwp *lp, int status) NORETURN;
/* Ends the other threads for an exec (P_SINGLE), or for a core (P_COREDUMP,
 * too): then those that have not ended wait in lwp_exit(), and nobody enters or
 * leaves the tree of threads.  0, or EALREADY: another thread got there first,
 * and this one is to die.  p_flags has the flags on return 0 until
 * killalllwps_done(). */
int killalllwps(struct lwp *lp, uint32_t flags) SLEEPS;
void killalllwps_done(struct lwp *lp) SLEEPS;

/* Room 3, lwp_exit.c.  master: the thread that has walked the process's
 * stages, and that the parent's wait finishes. */
void lwp_exit(struct lwp *lp, bool master) NORETURN;

/* Room 4, reap.c. */
/* td_gone of an LWP's thread: off its CPU and unheld.  Any context. */
void lwp_is_gone(struct thread *td);
/* Waits until lp is off its CPU and unheld (X70); frees it (X73). */
void lwp_wait(struct lwp *lp) SLEEPS;
void lwp_dispose(struct lwp *lp);

/* lwp.c: the memory of an LWP; its hold on the process. */
void lwp_free(struct lwp *lp);
void lwp_discard(struct lwp *lp);
int kern_lwp_create(struct lwp *plp, const struct lwp_params *par, int *tidp)
    SLEEPS;

/* hooks.c: spec 2.40, 2.41, X25, X26, X98, X99.  Handlers of process_exit get
 * the proc, hooks of at_exit the current thread. */
extern struct eventhandler_list process_exit_list;
typedef void exitlist_fn(struct thread *td);
/* 0, ENOMEM, EEXIST (D23). */
int at_exit(exitlist_fn *fn) SLEEPS;
/* The number of hooks removed: 1 or 0; on return fn runs nowhere any more. */
int rm_at_exit(exitlist_fn *fn) SLEEPS;

/* exit_trace.c: what stage was walked when. */
extern bool exit_tracing; /* STABLE after boot */
void exit_trace(struct lwp *lp, int table, int stage);
/* The newest events of pid (-1: of all), oldest first, at most max of them;
 * *storedp how many, and the number that there are. */
int exit_trace_read(int pid, struct exit_event *ev, int max, int *storedp);

/* The stages, by the file that owns the thing. */
void exit_kill_siblings(struct lwp *lp) SLEEPS;	   /* exit.c */
void exit_wait_peers(struct lwp *lp) SLEEPS;	   /* peers.c */
void exit_leave_peers(struct lwp *lp) SLEEPS;	   /* peers.c */
void exit_debugger(struct lwp *lp) SLEEPS;	   /* procfs/stopevent.c */
void exit_event_handlers(struct lwp *lp) SLEEPS;   /* hooks.c */
void exit_hooks(struct lwp *lp) SLEEPS;		   /* hooks.c */
void exit_drop_signals(struct lwp *lp) SLEEPS;	   /* signal/signal.c */
void exit_owners(struct lwp *lp);		   /* file/sigio.c */
void exit_close_files(struct lwp *lp) SLEEPS;	   /* exit_release.c */
void exit_memory(struct lwp *lp) SLEEPS;	   /* exit_release.c */
void exit_limits(struct lwp *lp) SLEEPS;	   /* exit_release.c */
void exit_release_vfork(struct lwp *lp) SLEEPS;	   /* family.c */
void exit_terminal(struct lwp *lp) SLEEPS;	   /* tty/tty_session.c */
void exit_jobs(struct lwp *lp) SLEEPS;		   /* jobs.c */
void exit_sysreaper(struct lwp *lp) SLEEPS;	   /* sysreaper.c */
void exit_publish(struct lwp *lp) SLEEPS;	   /* family.c */
void exit_orphan_children(struct lwp *lp) SLEEPS;  /* family.c */
void exit_tell_parent(struct lwp *lp) SLEEPS;	   /* family.c */
void lwp_exit_leave(struct lwp *lp) SLEEPS;	   /* lwp_exit.c */
void lwp_exit_joiner(struct lwp *lp) SLEEPS;	   /* lwp_exit.c */
void lwp_exit_cred(struct lwp *lp);		   /* lwp_exit.c */
void lwp_exit_scheduler(struct lwp *lp);	   /* lwp_exit.c */

/*
 * knote.h -- what an object that events come from has to do with them.
 *
 * A knote is one thing that a kqueue watches.  It is in the tree of its
 * kqueue, in the list of the object (a process, one end of a pipe, ...), in
 * the list of the open file if it came by a descriptor, and, when there is
 * something to tell, in the kqueue's list of active ones.  All of that is
 * under one spin lock, knote_spin: nothing can be half in a list, whichever
 * of kqueue, descriptor and object ends first.
 *
 * Who changes an object calls the function below for it, which costs a test
 * of the list's head while nobody watches.  RACE: the test needs no spin lock
 * where both who changes the object and who attaches a knote hold the
 * object's token: then a knote is attached either before the change, and the
 * test finds it, or after, and the attacher has looked at the new state.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include "kernel/lockcheck.h"

struct file;
struct filedesc;
struct knote;
struct lwp;
struct proc;

/* The knotes of an object.  All zero: none. */
LIST_HEAD(klist, knote);

/* What is to be told of a level, besides its data. */
#define KL_READY 0x1 /* a read (a write) would not block */
#define KL_EOF 0x2   /* nothing will come any more */
#define KL_NEWS 0x4  /* something has been added since the last call */

/* Called by fo_kqfilter with the object's token held: the knote goes into the
 * list, and is told how things stand.  kl NULL: they will not change.  What
 * they return, fo_kqfilter does. */
int knote_attach(struct knote *kn, struct klist *kl, int64_t data, int state);
/* Likewise, of an object that must be asked each time: look() runs under
 * knote_spin and calls knote_state() with news among the flags. */
int knote_attach_look(struct knote *kn, struct klist *kl,
    void (*look)(struct knote *kn, int news));
void knote_state(struct knote *kn, int64_t data, int state);
/* Before it is attached: its events come from outside the machine, and a wait
 * for them is no deadlock (lwkt/watchdog.h). */
void knote_from_outside(struct knote *kn);
struct file *knote_file(const struct knote *kn);
/* Does it stand for select or poll, to whom the end of a file is no news? */
bool knote_is_poll(const struct knote *kn);
int16_t knote_filter(const struct knote *kn);

void knote_level_slow(struct klist *kl, int64_t data, int state);
void knote_look_slow(struct klist *kl);
void knote_look_file_slow(struct klist *kl);

/* UNCHECKED: see RACE above. */
static inline bool klist_empty(const struct klist *kl) UNCHECKED;
static inline bool
klist_empty(const struct klist *kl)
{
	return __builtin_expect(
	    __atomic_load_n(&kl->lh_first, __ATOMIC_RELAXED) == NULL, 1);
}

/* The object's level is this now. */
static inline void
knote_level(struct klist *kl, int64_t data, int state)
{
	if (!klist_empty(kl))
		knote_level_slow(kl, data, state);
}

/* The inode has changed ... */
static inline void
knote_look(struct klist *kl)
{
	if (!klist_empty(kl))
		knote_look_slow(kl);
}

/* ... the place in the open file. */
static inline void
knote_look_file(struct klist *kl)
{
	if (!klist_empty(kl))
		knote_look_file_slow(kl);
}

/* For when p_knotes is not empty: p has called exec (NOTE_EXEC); has got a
 * child, which does not run yet; is sent a signal. */
void knote_proc(struct proc *p, uint32_t note);
void knote_fork(struct proc *p, struct proc *child);
void knote_signal(struct proc *p, int sig);

/* Descriptor n of the table, which was fp, is closed: its knotes go. */
void knote_fdclose(struct filedesc *fd, int n, struct file *fp) SLEEPS;
/* The stage of a process: whoever watches it is told of its end (X48). */
void exit_knotes(struct lwp *lp) SLEEPS;

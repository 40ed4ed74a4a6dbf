/*
 * mayfly.h -- what is Mayfly's and DragonFly's own: threads, extexit, rfork,
 * reapers, the census.  What a call does is in docs/ and, for the numbers, in
 * the headers below kernel/abi/.
 */
#pragma once

#include <sys/cdefs.h>
#include <unistd.h>
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <kernel/abi/lwp.h>
#include <kernel/abi/mayfly.h>
#include <kernel/abi/procctl.h>
#include <kernel/abi/reboot.h>
#include <kernel/abi/unistd.h>
#include <kernel/abi/usched.h>

typedef int32_t lwpid_t;

__BEGIN_DECLS
/* Threads and their end.  lwp_create() returns 0 or -1; see struct lwp_params.
 * extexit() returns (-1) only when it refuses. */
int lwp_create(struct lwp_params *);
lwpid_t lwp_gettid(void);
int lwp_kill(pid_t, lwpid_t, int);
int extexit(int, int, void *);

/* Sleeps while *ptr is value, at most usec microseconds (0: for ever). */
int umtx_sleep(volatile const int *ptr, int value, int usec);
/* Wakes up to count sleepers (0: all). */
int umtx_wakeup(volatile const int *ptr, int count);

/* The child of rfork(RFPROC | RFMEM) would run on its parent's stack: such a
 * child is made by rfork_thread(), which runs fn(arg) on a stack that ends at
 * stack_top and exits with what fn returns. */
pid_t rfork(int flags);
pid_t rfork_thread(int flags, void *stack_top, int (*fn)(void *), void *arg);

int procctl(idtype_t, id_t, int, void *);
int usched_set(pid_t, int, void *, int);
int sched_yield(void);
int reboot(int);

/* How many rows there are; at most max are filled in. */
int census(struct census_row *, int max);
int proclist(struct proc_row *, int max);
int exittrace(pid_t, struct exit_event *, int max);
int exitstages(struct exit_stage_row *, int max);

/*
 * For tests, root's, where the kernel checks itself (otherwise ENOSYS): of the
 * kernel's allocations of name ("*": all) the first pass succeed, the next
 * fail do not (-1: none from then on).  failpoint() means those of the calling
 * process from now on; with name NULL it ends that, or the last failcall(),
 * and returns how many failed.  failcall() makes one system call, whose seven
 * arguments are at args, and means the caller's allocations in it.
 */
int failpoint(const char *name, long pass, long fail);
int failcall(
    const char *name, long pass, long fail, long number, const uint64_t *args);
/* Likewise: makes one system call on a kernel stack full of byte, which shows
 * in what the call copies out without having written it. */
int poisoncall(int byte, long number, const uint64_t *args);

/*
 * A thread with a stack, for programs that only want one: lwp_create(),
 * umtx and extexit() below.
 *
 * thread_create() runs fn(arg) on the given stack, or on one that it maps
 * itself when stack is NULL (size 0: 64 KB).  NULL and errno when it fails.
 * Returning from fn ends the thread, as thread_exit() does.
 * thread_join() waits until the thread is gone, lets go of what
 * thread_create() took and returns 0.  Each thread is joined once.
 */
struct thread;
struct thread *thread_create(void *stack, size_t size, void (*fn)(void *),
    void *arg);
int thread_join(struct thread *);
lwpid_t thread_tid(const struct thread *);
void thread_exit(struct thread *) __attribute__((__noreturn__));
__END_DECLS

/*
 * wait.h -- room 5: what a parent asks for, and what it is told.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/abi/wait.h"
#include "kernel/lockcheck.h"
#include "kernel/proc/usage.h"

struct lwp;
struct siginfo;

struct wait_request {
	enum idtype wr_idtype; /* P_ALL, P_PID, P_PGID, P_SID, P_UID, P_GID */
	int64_t wr_id;	       /* whose; unused for P_ALL */
	int wr_options;	       /* W* */
};

struct wait_result {
	int ws_pid; /* 0: WNOHANG and nothing to report */
	uint32_t ws_uid;
	int ws_status; /* spec 3.5 */
	int ws_exitval; /* as p_exitval */
	/* The child's own, which goes with it: for the receiver alone. */
	const struct usage *ws_self, *ws_children;
};

/* Takes the result to its receiver while the child can still be given back:
 * an error of it puts the child back and is what kern_wait() returns. */
typedef int wait_deliver_t(const struct wait_result *ws, void *arg);

/*
 * Waits for a child (spec 1.8).  Each death is reported to one wait, and
 * taking it is O(1) in the number of children for P_ALL and P_PID.
 * ECHILD: no child matches; EINVAL: options or idtype; EINTR: a signal, or
 * the end of the caller.
 */
int kern_wait(struct lwp *lp, const struct wait_request *wr,
    struct wait_result *ws, wait_deliver_t *deliver, void *arg) SLEEPS;
/* What a status says, as si_code and si_status of SIGCHLD; the rest is zero.
 * exitval: all of what it has exited with, if it has (spec 1.14, 7). */
void status_to_siginfo(int status, int exitval, struct siginfo *si);
/* siginfo of a result, every byte of it written (spec 1.13). */
void wait_to_siginfo(const struct wait_result *ws, struct siginfo *si);

/*
 * core_notes.c -- the notes of a core file: what a process and its threads
 * were at its end.
 */
#include "kernel/lib/lib.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/core.h"

static struct core_note
note(uint32_t type, size_t size)
{
	return (struct core_note){
		.cn_head = { .n_namesz = sizeof(CORE_NAME),
		    .n_descsz = (uint32_t)size, .n_type = type },
		.cn_name = CORE_NAME,
	};
}

static uint64_t
first_64(const struct sigset *set)
{
	return set->bits[0] | (uint64_t)set->bits[1] << 32;
}

void
core_note_process(struct proc *p, struct core_process *cp)
{
	struct core_prpsinfo info = {
		.pr_uid = atomic_load(&p->p_uid),
		.pr_gid = atomic_load(&p->p_gid),
		.pr_pid = p->p_pid,
		.pr_ppid = atomic_load(&p->p_ppid),
		.pr_pgrp = atomic_load(&p->p_pgid),
		.pr_sid = atomic_load(&p->p_sid),
	};

	strlcpy(info.pr_fname, p->p_comm, sizeof(info.pr_fname));
	strlcpy(info.pr_psargs, p->p_comm, sizeof(info.pr_psargs));
	cp->cp_psinfo_note = note(NT_PRPSINFO, sizeof(info));
	cp->cp_psinfo = info;
}

void
core_note_thread(struct lwp *lp, int sig, struct core_thread *ct)
{
	struct proc *p = lp->lwp_proc;
	struct sigset pending = lp->lwp_siglist.sp_set;
	struct core_prstatus status = {
		.pr_cursig = (int16_t)sig,
		.pr_sighold = first_64(&lp->lwp_sigmask),
		.pr_pid = p->p_pid + lp->lwp_tid,
		.pr_ppid = atomic_load(&p->p_ppid),
		.pr_pgrp = atomic_load(&p->p_pgid),
		.pr_sid = atomic_load(&p->p_sid),
		.pr_fpvalid = 1,
	};
	struct fpreg fpregs;

	sigset_or(&pending, &p->p_siglist.sp_set);
	status.pr_sigpend = first_64(&pending);
	cpu_lwp_get_core_regs(lp, &status.pr_regs);
	cpu_lwp_get_fpregs(lp, &fpregs);
	ct->ct_status_note = note(NT_PRSTATUS, sizeof(status));
	ct->ct_status = status;
	ct->ct_fpregs_note = note(NT_FPREGSET, sizeof(fpregs));
	ct->ct_fpregs = fpregs;
}

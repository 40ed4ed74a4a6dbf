/*
 * switch.c -- the machine's side of a thread switch, and of a new thread.
 *
 * A thread's stack, from the top: struct thread itself, then, if it has an
 * LWP, the frame of user mode, then what the kernel calls.  So an entry from
 * user mode starts right below the thread (gd_kstack_top, TSS).
 *
 * lwkt/switch.c calls cpu_switch() and cpu_switch_exit(), in a critical
 * section; interrupts are disabled inside, so that the page table, curthread
 * and the stack change as one.  Each thread has its own interrupt flag.
 *
 * Entry points: cpu_switch, cpu_switch_exit, cpu_thread_place,
 * cpu_thread_setup; the first steps of new threads.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lwp.h"
#include "kernel/lib/lib.h"
#include "kernel/sys/userret.h"

/* What switch_stacks() pops. */
struct switch_frame {
	uint64_t sf_r15, sf_r14, sf_r13, sf_r12, sf_rbx, sf_rbp;
	uint64_t sf_rip;
};

/* All of to's state but its stack; interrupts disabled. */
static inline void
load_thread(struct thread *to)
{
	struct globaldata *gd = mycpu;

	gd->gd_curthread = to;
	if (to->td_lwp != NULL) {
		gd->gd_kstack_top = cpu_thread_stack_top(to);
		gd->gd_md.md_tss->tss_rsp[0] = gd->gd_kstack_top;
		fpu_switch_in(to);
	}
}

struct thread *
cpu_switch(struct thread *from, struct thread *to)
{
	uint64_t flags = cpu_intr_save();
	struct pmap *pm = lwp_pmap(to);

	if (from->td_lwp != NULL)
		fpu_switch_out(from);
	if (pm != NULL)
		pmap_switch(pm);
	load_thread(to);
	from = switch_stacks(&from->td_sp, to->td_sp, from);
	cpu_intr_restore(flags);
	return from;
}

void
cpu_switch_exit(struct thread *from, struct thread *to)
{
	cpu_intr_disable();
	/* SPEC X69: from's page table may be freed from here on. */
	pmap_switch(lwp_pmap(to));
	load_thread(to);
	switch_stacks(&from->td_sp, to->td_sp, from);
	panic("thread %p runs after its last switch", from);
}

struct thread *
cpu_thread_place(void *stack)
{
	uintptr_t top = (uintptr_t)stack + KSTACK_SIZE;

	return (struct thread *)rounddown2(top - sizeof(struct thread),
	    _Alignof(struct thread));
}

void
switch_prepare(struct thread *td, void (*entry)(void), void (*fn)(void *),
    void *arg)
{
	uintptr_t top = cpu_thread_stack_top(td) - sizeof(struct trapframe);
	struct switch_frame *sf;

	/* The entry runs with an aligned stack: it calls at once. */
	sf = (struct switch_frame *)rounddown2(top, 16UL) - 1;
	*sf = (struct switch_frame){
		.sf_rbx = (uint64_t)fn,
		.sf_r12 = (uint64_t)arg,
		.sf_rip = (uint64_t)entry,
	};
	td->td_sp = sf;
	td->td_critcount = 1;
}

void
cpu_thread_setup(struct thread *td, void (*fn)(void *), void *arg)
{
	/* Init begins as such a thread and is given an LWP: what is loaded at
	 * its first switch must be something that the CPU takes. */
	fpu_fresh(td);
	switch_prepare(td, switch_kernel_start, fn, arg);
}

void
thread_first_run(struct thread *otd, void (*fn)(void *), void *arg)
{
	cpu_intr_enable();
	lwkt_switch_return(otd);
	crit_exit();
	fn(arg);
	panic("the function of thread %s has returned", curthread->td_comm);
}

struct trapframe *
lwp_first_run(struct thread *otd)
{
	struct thread *td = curthread;
	struct trapframe *tf = cpu_thread_frame(td);

	cpu_intr_enable();
	lwkt_switch_return(otd);
	crit_exit();
	userret(td);
	border_leave(td);
	return tf;
}

void
cpu_lwp_return(struct lwp *lp)
{
	struct trapframe *tf = cpu_lwp_frame(lp);

	userret(lwp_td(lp));
	border_leave(lwp_td(lp));
	switch_to_user(tf);
}

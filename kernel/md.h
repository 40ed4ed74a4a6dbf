/*
 * md.h -- the contract with the machine: all that kernel/ may ask of arch/,
 * and, at the end, the few doors of kernel/ that arch/ knocks on.
 *
 * Unless a function says otherwise it does not block, and may be called in
 * any context.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch/x86_64/md_inline.h"
#include "arch/x86_64/md_types.h"
#include "kernel/abi/signal.h"
#include "kernel/lockcheck.h"

struct core_regs;
struct fpreg;
struct globaldata;
struct lwp;
struct reg;
struct thread;

/*
 * What the boot code found.  Filled before kmain(), constant afterwards.
 */
#define BOOT_MAXRANGES 64
struct bootrange {
	uint64_t br_start, br_end; /* physical, usable RAM, page aligned; the
				      kernel, the module and the tables are
				      already cut out */
};
struct bootinfo {
	char bi_cmdline[1024];
	const char *bi_loader;	/* "PVH", "Multiboot2/BIOS", ... */
	struct bootrange bi_ranges[BOOT_MAXRANGES];
	int bi_nranges;
	uint64_t bi_mem_bytes;	/* RAM in all */
	const uint8_t *bi_module; /* the initial file system, NULL: none */
	size_t bi_module_len;
	uint64_t bi_rsdp;	/* physical, 0: to be searched for */
};
extern struct bootinfo bootinfo;

/* All memory is mapped here. */
#define DMAP_BASE 0xffff800000000000UL
#define PHYS_TO_DMAP(pa) ((void *)(DMAP_BASE + (uint64_t)(pa)))
#define DMAP_TO_PHYS(va) ((uint64_t)(va) - DMAP_BASE)

/* Kernel stacks are mapped from here on by pmap_kenter(). */
#define KSTACK_BASE 0xffffff0000000000UL
#define KSTACK_ROOM (512UL << 30)

/* User addresses: [USER_MIN, USER_MAX). */
#define USER_MIN 0x10000UL
#define USER_MAX 0x00007ffffffff000UL

/*
 * CPUs, interrupts, time.
 */

/* Counts the CPUs (ACPI) and allocates their globaldata: SI_SUB_CPU. */
void cpu_enumerate(void);
/* Starts all others, one by one; returns when they run their idle loops. */
void cpu_start_others(void);
/* Makes CPU cpuid take an interrupt: it looks at its messages and, when it
 * was in user mode, passes userret() on the way back. */
void cpu_send_ipi(int cpuid);
/* Waits for an interrupt, unless something is pending or runnable on this
 * CPU; interrupts are enabled on return.  Idle loop only. */
void cpu_idle_wait(void);
/* Interrupt masks of device lines (I/O APIC input 0..63). */
void cpu_intr_unmask(unsigned line);
void cpu_intr_mask(unsigned line);
/* The line of an ISA interrupt (0..15), after the MADT's overrides. */
unsigned cpu_isa_line(unsigned irq);
/* Nanoseconds since boot, the same on all CPUs, never backwards. */
uint64_t cpu_uptime_ns(void);
/* Nanoseconds of the wall clock (since 1970), from the CMOS clock at boot. */
uint64_t cpu_walltime_ns(void);
/* cycles (cpu_cycles()) to nanoseconds. */
uint64_t cpu_cycles_to_ns(uint64_t cycles);
const char *cpu_clock_name(void);
/* Arms this CPU's one-shot timer for uptime deadline_ns; 0 disarms. */
void cpu_timer_set(uint64_t deadline_ns);

/* Ends the machine.  status is what `./mayfly exec` ends with; it goes out on
 * the debug console before the exit device is written to. */
void cpu_poweroff(void) NORETURN;
void cpu_exit_emulator(int status) NORETURN;
void cpu_reset(void) NORETURN;
/* Panic: stops the other CPUs for good. */
void cpu_stop_others(void);
/* Calls fn for each return address on the caller's stack, at most max. */
void cpu_backtrace(void (*fn)(uintptr_t pc), int max);
/* The same for a CPU that a panic has stopped in the kernel. */
void cpu_backtrace_stopped(const struct globaldata *gd,
    void (*fn)(uintptr_t pc), int max);
/* In builds with SAN=1: the lower halves of the running thread's return
 * addresses but for the innermost skip, ended by 0 if there are fewer than
 * max. */
void cpu_backtrace_save(uint32_t *pc, int max, int skip);
/* The same as cpu_backtrace() for a thread that does not run. */
void cpu_backtrace_thread(struct thread *td, void (*fn)(uintptr_t pc), int max);

/*
 * The console.
 */

/* Writes bytes to every console; polls, needs no lock of its own. */
void console_write(const char *s, size_t n);
/* The same with line ends as they are; is that what console_write() does, too
 * (the kernel argument console=raw)? */
void console_write_bytes(const char *s, size_t n);
bool console_is_raw(void);
/* What this CPU writes in between comes out in one piece.  Nests; a critical
 * section. */
void console_enter(void);
void console_leave(void);
/* From CONFIGURE on, input bytes are handed to fn, on an interrupt thread. */
void console_set_input(void (*fn)(int c));
/* Writes to the host's side channel (port 0xe9): traces, status. */
void debugcon_write(const char *s, size_t n);

/*
 * Threads.
 */

/* Leaves from's stack and goes on on to's.  Saves from's registers (and the
 * user's floating point registers and segment bases if it has an LWP), loads
 * the page table of to's process, or keeps the loaded one if to has none.
 * Returns, when from is switched back to, the thread that ran before it.
 * Inside a critical section. */
struct thread *cpu_switch(struct thread *from, struct thread *to);
/* Like cpu_switch() for the last time: saves nothing, loads the kernel's own
 * page table first, so that from's may be freed (spec X69). */
void cpu_switch_exit(struct thread *from, struct thread *to) NORETURN;
/* Prepares td's stack: its first switch calls lwkt_switch_return(previous
 * thread), leaves the critical section, then fn(arg), which must not
 * return. */
struct thread *cpu_thread_place(void *stack);
void cpu_thread_setup(struct thread *td, void (*fn)(void *), void *arg);

/* The user frame of an LWP, at the top of its kernel stack. */
struct trapframe *cpu_lwp_frame(struct lwp *lp);
/* Do its system calls stop for events (procfs/stopevent.h), on entry and
 * return?  From the next one on. */
void cpu_lwp_watch_syscalls(struct lwp *lp, bool on);
/* Its stack pointer in user mode. */
uintptr_t cpu_lwp_sp(struct lwp *lp);
/* Prepares lp to start in user mode with the registers of tf (copied) and the
 * floating point state of the current thread: its first switch ends in
 * userret() and user mode. */
void cpu_lwp_fork(struct lwp *lp, const struct trapframe *tf);
/* Leaves the kernel for user mode by the frame of lp, the current LWP, whose
 * first steps were the kernel's own (init). */
void cpu_lwp_return(struct lwp *lp) NORETURN;
/* Initial registers of a program or thread: rip, rsp, rdi; all else clear,
 * floating point state fresh (of the current thread if lp is its LWP). */
void cpu_lwp_set_entry(struct lwp *lp, uintptr_t pc, uintptr_t sp,
    uintptr_t arg);
/* The result of a system call in the frame: carry clear, rax and rdx. */
void cpu_set_result(struct trapframe *tf, int64_t r0, int64_t r1);
/* The second result alone, of a call that has two. */
void cpu_set_second(struct trapframe *tf, int64_t r1);
/* Signal handlers.  What a thread's next return to user mode enters: */
struct sig_delivery {
	struct sigaction sd_action;	/* handler, flags */
	struct siginfo sd_info;
	struct sigset sd_mask;		/* what sigreturn(2) puts back */
	struct sigaltstack sd_altstack; /* what the context shall tell */
	bool sd_onstack;		/* go over to sd_altstack */
	uintptr_t sd_return;		/* where the handler returns to */
};
/* Lays a frame on the current LWP's user stack and makes the handler its next
 * step (spec 3.8).  EFAULT: the frame cannot be written, nothing has
 * changed. */
int cpu_sendsig(struct lwp *lp, const struct sig_delivery *sd) SLEEPS;
/* Puts back the registers of the context at uc, and *mask gets its mask.
 * EFAULT; EINVAL: registers that user mode may not have; nothing has
 * changed. */
int cpu_sigreturn(struct lwp *lp, const void *uc, struct sigset *mask) SLEEPS;
/* May user mode have these flags and segments?  (Addresses do no harm.) */
bool cpu_frame_is_sane(const struct trapframe *tf);
/* For a debugger, which holds the token of the process, of an LWP that is
 * stopped.  Set: EINVAL, and nothing has changed: user mode may not have these.
 * Trace: goes on at *pc (NULL: where it is), for one instruction or on. */
void cpu_lwp_get_regs(struct lwp *lp, struct reg *r);
int cpu_lwp_set_regs(struct lwp *lp, const struct reg *r);
void cpu_lwp_get_fpregs(struct lwp *lp, struct fpreg *r);
void cpu_lwp_set_fpregs(struct lwp *lp, const struct fpreg *r);
void cpu_lwp_trace(struct lwp *lp, const uintptr_t *pc, bool step);
/* All but the floating point registers, for a core: these two of the current
 * LWP, too. */
void cpu_lwp_get_core_regs(struct lwp *lp, struct core_regs *r);
/* Prints registers for a panic or a diagnostic. */
void cpu_print_frame(const struct trapframe *tf);

/*
 * Page tables.  The caller holds the vmspace's token; pa is physical and page
 * aligned; prot is PROT_*.  A call that takes rights away returns after every
 * CPU that has the page table loaded has forgotten them.
 */
void pmap_init(void);
/* 0 or ENOMEM. */
int pmap_create(struct pmap *pm);
/* Frees the root; no user page is mapped and nobody runs on it.  A CPU without
 * work that has kept it loads the kernel's own first. */
void pmap_destroy(struct pmap *pm);
/* Maps pa at va, in place of what was there; 0 or ENOMEM (nothing changed).
 * Calls vm_page_rele() for a page it replaces, after the shootdown. */
int pmap_enter(struct pmap *pm, uintptr_t va, uint64_t pa, int prot)
    NEEDS(vm_token);
/* What is mapped at va: the page's address, with PROT_* in its low bits; 0:
 * nothing. */
uint64_t pmap_lookup(struct pmap *pm, uintptr_t va) NEEDS(vm_token);
/* Narrows [*startp, *endp), which is not empty, to the first and the last page
 * that is mapped in it; false: none.  Looks at the page tables that there are,
 * so a range that is nearly empty costs next to nothing. */
bool pmap_bounds(struct pmap *pm, uintptr_t *startp, uintptr_t *endp)
    NEEDS(vm_token);
/* Unmaps [start, end) and calls vm_page_rele() for every page that was there,
 * after the shootdown; frees page-table pages that became empty. */
void pmap_remove(struct pmap *pm, uintptr_t start, uintptr_t end)
    NEEDS(vm_token);
/* Restricts what is mapped in [start, end) to prot (never adds rights but
 * PROT_EXEC and PROT_READ).  PROT_NONE unmaps. */
void pmap_protect(struct pmap *pm, uintptr_t start, uintptr_t end, int prot)
    NEEDS(vm_token);
/* Gives dst the pages that src has in [start, end), each with a
 * vm_page_hold(); both lose the right to write, but for the page at own (0:
 * none), of which dst gets a copy if there is memory for it.  dst is not loaded
 * anywhere.  0 or ENOMEM (dst then has some of them). */
int pmap_copy(struct pmap *dst, struct pmap *src, uintptr_t start,
    uintptr_t end, uintptr_t own) NEEDS(vm_token);
/* The whole user half at once, page-table pages included (exit, exec). */
void pmap_remove_all(struct pmap *pm) NEEDS(vm_token);
/* Loads pm on this CPU now; NULL: the kernel's own.  Critical section. */
void pmap_load(struct pmap *pm) NEEDS(crit);
/* Empty page tables that wait to be used again: PG_TABLE pages that the census
 * does not count. */
long pmap_cached(void);
/* Maps fresh kernel memory at kva (page tables of the kernel's part are
 * shared by all); 0 or ENOMEM. */
int pmap_kenter(uintptr_t kva, uint64_t pa);
/* In builds with SAN=1: a page of shadow (kernel/san/) for the memory at kva,
 * which has none yet; false without memory. */
bool pmap_shadow_enter(uintptr_t kva);

/*
 * User memory, of the current process.  0 or EFAULT; a page fault may block.
 * Lengths and addresses are not trusted.
 */
int copyin(const void *uaddr, void *kaddr, size_t len) SLEEPS;
int copyout(const void *kaddr, void *uaddr, size_t len) SLEEPS;
/* The same where nothing may sleep, under a spin lock too: EFAULT also if a
 * page has yet to come, for which user_touch_write() waits. */
int copyout_now(const void *kaddr, void *uaddr, size_t len);
/* A string with its NUL; *lenp (if any) gets its size with the NUL.
 * ENAMETOOLONG when there is no NUL in size bytes. */
int copyinstr(const void *uaddr, char *kaddr, size_t size, size_t *lenp) SLEEPS;
/* One int; it need not be aligned. */
int fuword32(const void *uaddr, uint32_t *val) SLEEPS;
int suword32(void *uaddr, uint32_t val) SLEEPS;
/* Faults [uaddr, uaddr + len) in for writing without changing it. */
int user_touch_write(void *uaddr, size_t len) SLEEPS;

/*
 * The doors of kernel/.
 */
void kmain(void) NORETURN;		/* boot CPU, on its first stack, which
					   belongs to thread0 */
/* lwkt/switch.c: runs what this interrupt and others have left behind.  Called
 * at the end of a device, timer or message interrupt when the interrupted
 * thread is in no critical section; interrupts disabled, now and on return. */
void splz_intr(void);
void lwkt_idle_loop(void) NORETURN;
void lwkt_switch_return(struct thread *otd);
/* test/coverage.c: writes to the debug console which lines ran, once; the other
 * CPUs are stopped for good.  The machine is about to end, interrupts are
 * disabled.  Weak: only a build with COVERAGE=1 has it. */
void coverage_dump(void) __attribute__((weak));
/* sys/userret.h: userret(td), the last thing before user mode. */
/* A page fault at va (user address): 0 when it is mapped now, else EFAULT
 * (outside the map), EACCES (right missing) or ENOMEM.  access: PROT_READ,
 * PROT_WRITE or PROT_EXEC. */
int vm_fault_current(uintptr_t va, int access) SLEEPS;
/* A fault of the current LWP in user mode: posts signal sig. */
void trapsignal(struct lwp *lp, int sig, int code, uintptr_t addr);

/*
 * core.c -- writes an ELF core: notes with the signal and the registers of all
 * threads (core_notes.c), and the memory that the program could read.
 *
 * The other threads have been told to end, and wait in lwp_exit() until they
 * have been written (killalllwps): their registers are on their stacks, and
 * nobody changes the map, or the tree of threads, which is walked one by one,
 * through a buffer for one.  Memory is written from user addresses, like by
 * write(2): what has never been touched is faulted in, as zeroes.  The file
 * goes through the file layer: quotas, limits and permissions are those of the
 * process.
 *
 * In the file: the headers, the note of the process, those of the threads, and
 * from the next page on the segments, one behind the other.
 */
#include "kernel/signal/core.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/mman.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/signal.h"
#include "kernel/file/file.h"
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/vm_map.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/proc.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/signal/signal.h"

#define MAX_SEGMENTS 128 /* of the map; those beyond are left out */
#define CORE_MODE 0600
#define CORE_PIECE (1UL << 20) /* SIGKILL is asked for after so much */

MALLOC_DEFINE(M_CORE, "core");

/* The beginning of the file. */
struct core_head {
	Elf64_Ehdr ch_ehdr;
	Elf64_Phdr ch_phdrs[1 + MAX_SEGMENTS];
	struct core_process ch_process;
};

/* Where the notes of the threads begin. */
#define HEAD_SIZE                                                              \
	(offsetof(struct core_head, ch_process) + sizeof(struct core_process))

struct core {
	struct core_head c_head;
	struct core_thread c_thread; /* what is being written */
};

bool
sig_dumps_core(int sig)
{
	return (sig >= SIGQUIT && sig <= SIGFPE) ||
	    (sig >= SIGBUS && sig <= SIGSYS);
}

/* The notes; where they end. */
static uint64_t
fill_notes(struct core_head *ch, struct proc *p)
{
	size_t size;

	proc_lock(p); /* sleeps */
	core_note_process(p, &ch->ch_process);
	size = sizeof(ch->ch_process) +
	    (size_t)p->p_nthreads * sizeof(struct core_thread);
	proc_unlock(p);
	ch->ch_phdrs[0] = (Elf64_Phdr){ .p_type = PT_NOTE,
		.p_offset = offsetof(struct core_head, ch_process),
		.p_filesz = size, .p_align = 4 };
	return ch->ch_phdrs[0].p_offset + size;
}

/* The segments, from the page after offset on; the size of the file. */
static uint64_t
fill_segments(struct core_head *ch, struct vmspace *vm, uint64_t offset)
{
	int n = 1;
	struct vm_map_entry *e;

	offset = roundup2(offset, PAGE_SIZE);

	vm_lock(vm); /* sleeps */
	RB_FOREACH(e, vm_map, &vm->vm_map) {
		Elf64_Phdr *ph = &ch->ch_phdrs[n];

		if (!(e->me_prot & PROT_READ) || n > MAX_SEGMENTS)
			continue;
		*ph = (Elf64_Phdr){ .p_type = PT_LOAD,
			.p_flags = (e->me_prot & PROT_READ ? PF_R : 0U) |
			    (e->me_prot & PROT_WRITE ? PF_W : 0U) |
			    (e->me_prot & PROT_EXEC ? PF_X : 0U),
			.p_offset = offset, .p_vaddr = e->me_start,
			.p_filesz = e->me_end - e->me_start,
			.p_memsz = e->me_end - e->me_start,
			.p_align = PAGE_SIZE };
		offset += ph->p_filesz;
		n++;
	}
	vm_unlock(vm);
	ch->ch_ehdr = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
		    ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = offsetof(struct core_head, ch_phdrs),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (uint16_t)n,
	};
	return offset;
}

static int
write_at(struct file *fp, uint64_t offset, void *from, size_t len, bool kernel)
{
	struct uio uio = { .uio_base = from, .uio_resid = len,
		.uio_offset = (int64_t)offset, .uio_kernel = kernel };
	int error = fp->f_ops->fo_write(fp, &uio); /* sleeps */

	return error == 0 && uio.uio_resid != 0 ? EIO : error;
}

static bool
is_killed(struct proc *p)
{
	bool killed;

	proc_lock(p); /* sleeps */
	killed = sig_kill_is_pending(p);
	proc_unlock(p);
	return killed;
}

/* A segment; EINTR: SIGKILL wants the process to end. */
static int
write_segment(struct file *fp, const Elf64_Phdr *ph, struct proc *p)
{
	uint64_t done, n;
	int error = 0;

	for (done = 0; error == 0 && done < ph->p_filesz; done += n) {
		n = min(ph->p_filesz - done, CORE_PIECE);
		error = write_at(fp, ph->p_offset + done,
		    (void *)(ph->p_vaddr + done), n, false); /* sleeps */
		if (error == 0 && is_killed(p)) /* sleeps */
			error = EINTR;
	}
	return error;
}

/* lp's notes are put at *offset, which goes on. */
static int
write_thread(struct file *fp, struct core *c, struct lwp *lp, int sig,
    uint64_t *offset)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	core_note_thread(lp, sig, &c->c_thread);
	proc_unlock(p);
	*offset += sizeof(c->c_thread);
	return write_at(fp, *offset - sizeof(c->c_thread), &c->c_thread,
	    sizeof(c->c_thread), true); /* sleeps */
}

/* UNCHECKED: the tree does not change, all that are in it wait for us. */
static struct lwp *
next_thread(struct proc *p, struct lwp *lp) UNCHECKED;
static struct lwp *
next_thread(struct proc *p, struct lwp *lp)
{
	return lp == NULL ? RB_MIN(lwp_tree, &p->p_lwps) :
			    RB_NEXT(lwp_tree, &p->p_lwps, lp);
}

/* First the one that dies of the signal, then the others by number. */
static int
write_threads(struct file *fp, struct core *c, struct lwp *lp, int sig)
{
	uint64_t offset = HEAD_SIZE;
	struct lwp *other = NULL;
	int error = write_thread(fp, c, lp, sig, &offset); /* sleeps */

	while (error == 0 &&
	    (other = next_thread(lp->lwp_proc, other)) != NULL)
		if (other != lp)
			error = write_thread(fp, c, other, sig,
			    &offset); /* sleeps */
	return error;
}

static int
write_core(struct file *fp, struct core *c, struct lwp *lp, int sig)
{
	const struct core_head *ch = &c->c_head;
	int error = write_at(fp, 0, &c->c_head, HEAD_SIZE, true); /* sleeps */

	if (error == 0)
		error = write_threads(fp, c, lp, sig); /* sleeps */
	for (int i = 1; error == 0 && i < ch->ch_ehdr.e_phnum; i++)
		error = write_segment(fp, &ch->ch_phdrs[i],
		    lp->lwp_proc); /* sleeps */
	return error;
}

static bool
dump(struct lwp *lp, int sig, uint64_t limit)
{
	struct proc *p = lp->lwp_proc;
	struct core *c = kmalloc(sizeof(*c), &M_CORE, M_ZERO);
	char name[MAXCOMLEN + 8];
	struct file *fp;
	uint64_t size;
	int error;

	if (c == NULL)
		return false;
	size = fill_notes(&c->c_head, p); /* sleeps */
	size = fill_segments(&c->c_head, p->p_vmspace, size); /* sleeps */
	error = size > limit ? EFBIG : 0;
	if (error == 0) {
		ksnprintf(name, sizeof(name), "%s.core",
		    lp->lwp_thread->td_comm);
		error = namei_open(name, O_WRONLY | O_CREAT | O_TRUNC,
		    CORE_MODE, 0, &fp); /* sleeps */
	}
	if (error == 0) {
		error = fp->f_ops->fo_write == NULL ||
			fp->f_ops->fo_seek == NULL ?
		    EOPNOTSUPP :
		    write_core(fp, c, lp, sig); /* sleeps */
		fdrop(fp); /* sleeps */
	}
	kfree(c, &M_CORE);
	return error == 0;
}

bool
coredump(struct lwp *lp, int sig)
{
	struct proc *p = lp->lwp_proc;
	int64_t limit;
	bool done;

	STOPEVENT(lp, S_CORE, (uint64_t)sig); /* sleeps */
	limit = proc_limit(p, RLIMIT_CORE);   /* sleeps */
	if (limit == 0 || (atomic_load(&p->p_flags) & P_SUGID))
		return false;
	/* Another thread has begun to end the process: it is its death. */
	if (killalllwps(lp, P_SINGLE | P_COREDUMP) != 0) /* sleeps */
		return false;
	done = dump(lp, sig, (uint64_t)limit); /* sleeps */
	killalllwps_done(lp); /* sleeps */
	return done;
}

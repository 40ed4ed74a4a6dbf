/*
 * core.c -- writes a small ELF core: one note with the signal and the
 * registers, and the memory that the program could read.
 *
 * The process is alone (killalllwps), so its map does not change.  Memory is
 * written from user addresses, like by write(2): what has never been touched is
 * faulted in, as zeroes.  The file goes through the file layer: quotas, limits
 * and permissions are those of the process.
 */
#include "kernel/signal/core.h"
#include <elf.h>
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

#define MAX_SEGMENTS 128 /* of the map; those beyond are left out */
#define CORE_MODE 0600

MALLOC_DEFINE(M_CORE, "core");

/* The beginning of the file. */
struct core_head {
	Elf64_Ehdr ch_ehdr;
	Elf64_Phdr ch_phdrs[1 + MAX_SEGMENTS];
	struct {
		Elf64_Nhdr cn_note;
		char cn_name[8];
		uint32_t cn_signal;
		uint32_t cn_pid;
		struct trapframe cn_frame;
	} ch_note;
};

bool
sig_dumps_core(int sig)
{
	return (sig >= SIGQUIT && sig <= SIGFPE) ||
	    (sig >= SIGBUS && sig <= SIGSYS);
}

static void
fill_note(struct core_head *ch, struct lwp *lp, int sig)
{
	ch->ch_note.cn_note = (Elf64_Nhdr){ .n_namesz = sizeof("Mayfly"),
		.n_descsz = 2 * sizeof(uint32_t) + sizeof(struct trapframe),
		.n_type = 1 };
	strlcpy(ch->ch_note.cn_name, "Mayfly", sizeof(ch->ch_note.cn_name));
	ch->ch_note.cn_signal = (uint32_t)sig;
	ch->ch_note.cn_pid = (uint32_t)lp->lwp_proc->p_pid;
	ch->ch_note.cn_frame = *cpu_lwp_frame(lp);
	ch->ch_phdrs[0] = (Elf64_Phdr){ .p_type = PT_NOTE,
		.p_offset = offsetof(struct core_head, ch_note),
		.p_filesz = sizeof(ch->ch_note), .p_align = 4 };
}

/* The segments, one behind the other from the page after the head on; the size
 * of the file. */
static uint64_t
fill_segments(struct core_head *ch, struct vmspace *vm)
{
	uint64_t offset = roundup2(sizeof(*ch), PAGE_SIZE);
	int n = 1;
	struct vm_map_entry *e;

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

static int
write_core(struct file *fp, struct core_head *ch)
{
	int error = write_at(fp, 0, ch, sizeof(*ch), true); /* sleeps */

	for (int i = 1; error == 0 && i < ch->ch_ehdr.e_phnum; i++) {
		const Elf64_Phdr *ph = &ch->ch_phdrs[i];

		error = write_at(fp, ph->p_offset, (void *)ph->p_vaddr,
		    ph->p_filesz, false); /* sleeps */
	}
	return error;
}

static bool
dump(struct lwp *lp, int sig, uint64_t limit)
{
	struct proc *p = lp->lwp_proc;
	struct core_head *ch = kmalloc(sizeof(*ch), &M_CORE, M_ZERO);
	char name[MAXCOMLEN + 8];
	struct file *fp;
	int error;

	if (ch == NULL)
		return false;
	fill_note(ch, lp, sig);
	error = fill_segments(ch, p->p_vmspace) > limit ? EFBIG : 0;
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
		    write_core(fp, ch); /* sleeps */
		fdrop(fp); /* sleeps */
	}
	kfree(ch, &M_CORE);
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
	if (killalllwps(lp) != 0) /* sleeps */
		return false;
	done = dump(lp, sig, (uint64_t)limit); /* sleeps */
	killalllwps_done(lp); /* sleeps */
	return done;
}

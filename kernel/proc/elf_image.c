/*
 * elf_image.c -- mapping an ELF file, and laying out the first stack.
 *
 * The file's pages are mapped, not read: text is shared by all who run it,
 * data is copied when it is written.  Everything in the file is a stranger's
 * word: each number is checked before it is used.
 */
#include <elf.h>
#include "kernel/proc/elf_image.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/file/file.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/exec.h"
#include "kernel/proc/ucred.h"

#define MAX_PHDRS 32
#define AUX_EXECPATH 15 /* DragonFly's number */

MALLOC_DEFINE(M_ELF, "elf");

struct elf_load {
	struct vmspace *el_vm;
	struct vm_object *el_object;
	size_t el_size; /* of the file */
	Elf64_Ehdr el_ehdr;
	Elf64_Phdr el_phdrs[MAX_PHDRS];
	uintptr_t el_phdr_va; /* where the program finds them, 0: nowhere */
	uintptr_t el_brk;
};

static int
read_exactly(struct file *fp, uint64_t off, void *buf, size_t len)
{
	size_t done;
	int error = file_read_kernel(fp, (int64_t)off, buf, len, &done);

	if (error == 0 && done != len)
		error = ENOEXEC;
	return error;
}

static int
read_headers(struct file *fp, struct elf_load *el)
{
	Elf64_Ehdr *eh = &el->el_ehdr;
	int error = read_exactly(fp, 0, eh, sizeof(*eh)); /* sleeps */

	if (error != 0)
		return error;
	if (memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
	    eh->e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh->e_machine != EM_X86_64 || eh->e_type != ET_EXEC ||
	    eh->e_phentsize != sizeof(Elf64_Phdr) || eh->e_phnum == 0 ||
	    eh->e_phnum > MAX_PHDRS || eh->e_phoff > INT64_MAX - PAGE_SIZE)
		return ENOEXEC;
	return read_exactly(fp, eh->e_phoff, el->el_phdrs,
	    eh->e_phnum * sizeof(Elf64_Phdr)); /* sleeps */
}

/* Has one of the notes in buf Mayfly's name?  Its description is the version
 * of the interface and, 8 bytes from its start, where the program has the code
 * that signal handlers return to. */
static bool
notes_have_mark(const char *buf, size_t len, uintptr_t *sigtramp)
{
	static const char mark[] = "Mayfly";
	Elf64_Nhdr note;

	while (len >= sizeof(note)) {
		size_t name, whole;

		memcpy(&note, buf, sizeof(note));
		name = roundup2((size_t)note.n_namesz, 4);
		whole = sizeof(note) + name +
		    roundup2((size_t)note.n_descsz, 4);
		if (whole > len)
			return false;
		if (note.n_namesz == sizeof(mark) &&
		    memcmp(buf + sizeof(note), mark, sizeof(mark)) == 0) {
			if (note.n_descsz >= 16)
				memcpy(sigtramp, buf + sizeof(note) + name + 8,
				    sizeof(*sigtramp));
			return true;
		}
		buf += whole;
		len -= whole;
	}
	return false;
}

/* A native program carries Mayfly's mark; one without it is written for a
 * personality that this kernel does not have. */
static int
check_mark(struct file *fp, const struct elf_load *el, uintptr_t *sigtramp)
{
	char buf[256];
	int error = ENOEXEC;

	for (int i = 0; i < el->el_ehdr.e_phnum && error == ENOEXEC; i++) {
		const Elf64_Phdr *ph = &el->el_phdrs[i];

		if (ph->p_type != PT_NOTE || ph->p_filesz > sizeof(buf) ||
		    ph->p_offset > INT64_MAX - PAGE_SIZE)
			continue;
		error = read_exactly(fp, ph->p_offset, buf,
		    ph->p_filesz); /* sleeps */
		if (error == 0 &&
		    !notes_have_mark(buf, ph->p_filesz, sigtramp))
			error = ENOEXEC;
	}
	return error;
}

static bool
segment_ok(const struct elf_load *el, const Elf64_Phdr *ph)
{
	return ph->p_filesz <= ph->p_memsz && ph->p_vaddr >= USER_MIN &&
	    ph->p_vaddr < VM_BRK_MAX && ph->p_memsz < VM_BRK_MAX &&
	    ph->p_vaddr + ph->p_memsz <= VM_BRK_MAX &&
	    ph->p_offset <= el->el_size &&
	    ph->p_filesz <= el->el_size - ph->p_offset &&
	    (ph->p_vaddr & PAGE_MASK) == (ph->p_offset & PAGE_MASK);
}

static int
segment_prot(const Elf64_Phdr *ph)
{
	return (ph->p_flags & PF_R ? PROT_READ : 0) |
	    (ph->p_flags & PF_W ? PROT_WRITE : 0) |
	    (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

/* Clears what the last page of the file part has beyond it. */
static int
clear_tail(struct vmspace *vm, uintptr_t from, uintptr_t to)
{
	static const char zeroes[512];
	int error = 0;

	while (from < to && error == 0) {
		size_t n = min(to - from, sizeof(zeroes));

		error = vmspace_write(vm, from, zeroes, n); /* sleeps */
		from += n;
	}
	return error;
}

static int
map_segment(struct elf_load *el, const Elf64_Phdr *ph)
{
	int prot = segment_prot(ph);
	int all = PROT_READ | PROT_WRITE | PROT_EXEC;
	uintptr_t start = rounddown2(ph->p_vaddr, PAGE_SIZE);
	uintptr_t file_end = ph->p_vaddr + ph->p_filesz;
	uintptr_t file_top = roundup2(file_end, PAGE_SIZE);
	uintptr_t mem_top = roundup2(ph->p_vaddr + ph->p_memsz, PAGE_SIZE);
	int error = 0;

	if (!segment_ok(el, ph))
		return ENOEXEC;
	if (ph->p_filesz != 0) {
		vm_object_ref(el->el_object);
		error = vm_map_enter(el->el_vm, &start, file_top - start, prot,
		    all, MAP_FIXED | MAP_PRIVATE, el->el_object,
		    ph->p_offset >> PAGE_SHIFT); /* sleeps */
		if (error != 0)
			vm_object_rele(el->el_object);
		if (error == 0 && ph->p_memsz > ph->p_filesz)
			error = clear_tail(el->el_vm, file_end,
			    file_top); /* sleeps */
	} else {
		file_top = start;
	}
	if (error == 0 && mem_top > file_top)
		error = vm_map_enter(el->el_vm, &file_top, mem_top - file_top,
		    prot, all, MAP_FIXED | MAP_PRIVATE | MAP_ANON, NULL,
		    0); /* sleeps */
	el->el_brk = max(el->el_brk, (uintptr_t)(ph->p_vaddr + ph->p_memsz));
	return error;
}

static int
map_segments(struct elf_load *el)
{
	const Elf64_Ehdr *eh = &el->el_ehdr;
	int error = 0;

	for (int i = 0; i < eh->e_phnum && error == 0; i++) {
		const Elf64_Phdr *ph = &el->el_phdrs[i];

		if (ph->p_type == PT_INTERP)
			return ENOEXEC;
		if (ph->p_type != PT_LOAD || ph->p_memsz == 0)
			continue;
		error = map_segment(el, ph); /* sleeps */
		if (eh->e_phoff >= ph->p_offset &&
		    eh->e_phoff - ph->p_offset < ph->p_filesz)
			el->el_phdr_va =
			    ph->p_vaddr + (eh->e_phoff - ph->p_offset);
	}
	if (error == 0 && el->el_brk == 0)
		error = ENOEXEC;
	return error;
}

static uint64_t *
put_aux(uint64_t *v, uint64_t type, uint64_t val)
{
	*v++ = type;
	*v++ = val;
	return v;
}

/* Pointers to n strings that lie at va, one after the other, and a NULL. */
static uint64_t *
put_pointers(uint64_t *v, int n, const char **str, uintptr_t *va)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(*str) + 1;

		*v++ = *va;
		*va += len;
		*str += len;
	}
	*v++ = 0;
	return v;
}

/* The vector argc, argv, envp, auxv; its end. */
static uint64_t *
build_vector(const struct elf_load *el, const struct exec_args *ea,
    const struct ucred *cr, uintptr_t strings, uintptr_t path, uint64_t *v)
{
	const char *str = ea->ea_buf;

	*v++ = (uint64_t)ea->ea_argc;
	v = put_pointers(v, ea->ea_argc, &str, &strings);
	v = put_pointers(v, ea->ea_envc, &str, &strings);
	if (el->el_phdr_va != 0)
		v = put_aux(v, AT_PHDR, el->el_phdr_va);
	v = put_aux(v, AT_PHENT, sizeof(Elf64_Phdr));
	v = put_aux(v, AT_PHNUM, el->el_ehdr.e_phnum);
	v = put_aux(v, AT_PAGESZ, PAGE_SIZE);
	v = put_aux(v, AT_FLAGS, 0);
	v = put_aux(v, AT_ENTRY, el->el_ehdr.e_entry);
	v = put_aux(v, AT_UID, cr->cr_ruid);
	v = put_aux(v, AT_EUID, cr->cr_uid);
	v = put_aux(v, AT_GID, cr->cr_rgid);
	v = put_aux(v, AT_EGID, cr->cr_gid);
	v = put_aux(v, AUX_EXECPATH, path);
	return put_aux(v, AT_NULL, 0);
}

/* From the top down: path, strings, padding, vector (16-byte aligned). */
static int
build_stack(const struct elf_load *el, const struct exec_args *ea,
    const struct ucred *cr, uintptr_t *spp)
{
	size_t pathlen = strlen(ea->ea_path) + 1;
	size_t words = (size_t)ea->ea_argc + (size_t)ea->ea_envc + 3 + 2 * 12;
	uintptr_t path = VM_STACK_TOP - pathlen;
	uintptr_t strings = path - ea->ea_len;
	uint64_t *vec = kmalloc(words * sizeof(*vec), &M_ELF, 0), *end;
	int error;

	if (vec == NULL)
		return ENOMEM;
	end = build_vector(el, ea, cr, strings, path, vec);
	KASSERT(end <= vec + words, "the vector of exec is too small");
	*spp = rounddown2(strings - (uintptr_t)((char *)end - (char *)vec),
	    16UL);
	error = vmspace_write(el->el_vm, path, ea->ea_path,
	    pathlen); /* sleeps */
	if (error == 0)
		error = vmspace_write(el->el_vm, strings, ea->ea_buf,
		    ea->ea_len); /* sleeps */
	if (error == 0)
		error = vmspace_write(el->el_vm, *spp, vec,
		    (size_t)((char *)end - (char *)vec)); /* sleeps */
	kfree(vec, &M_ELF);
	/* The arguments do not fit on the stack that the limit allows. */
	return error == EFAULT ? E2BIG : error;
}

static int
load(struct elf_load *el, const struct exec_args *ea, size_t stacklimit,
    const struct ucred *cr, struct elf_image *img)
{
	int error;

	error = map_segments(el); /* sleeps */
	if (error == 0)
		error = vm_map_stack(el->el_vm, stacklimit); /* sleeps */
	if (error == 0)
		error = build_stack(el, ea, cr, &img->ei_sp); /* sleeps */
	if (error != 0)
		return error;
	el->el_vm->vm_brk_start = el->el_vm->vm_brk = el->el_brk;
	img->ei_entry = el->el_ehdr.e_entry;
	img->ei_vm = el->el_vm;
	return img->ei_entry < USER_MAX ? 0 : ENOEXEC;
}

int
elf_load(struct file *fp, const struct exec_args *ea, size_t stacklimit,
    const struct ucred *cr, struct elf_image *img)
{
	struct elf_load *el = kmalloc(sizeof(*el), &M_ELF, M_ZERO);
	int error;

	if (el == NULL)
		return ENOMEM;
	img->ei_sigtramp = 0;
	error = read_headers(fp, el); /* sleeps */
	if (error == 0)
		error = check_mark(fp, el, &img->ei_sigtramp); /* sleeps */
	if (error == 0 && fp->f_ops->fo_object == NULL)
		error = EACCES;
	if (error == 0)
		error = fp->f_ops->fo_object(fp, &el->el_object,
		    &el->el_size); /* sleeps */
	if (error == 0) {
		el->el_vm = vmspace_alloc();
		error = el->el_vm == NULL ?
		    ENOMEM :
		    load(el, ea, stacklimit, cr, img); /* sleeps */
	}
	if (error != 0 && el->el_vm != NULL)
		vmspace_rele(el->el_vm); /* sleeps */
	if (el->el_object != NULL)
		vm_object_rele(el->el_object);
	kfree(el, &M_ELF);
	return error;
}

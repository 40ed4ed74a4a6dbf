/*
 * vm.h -- the memory of a process.
 *
 * A vmspace is a sorted set of map entries over a page table.  It dies in two
 * steps (spec 2.36): user memory goes when the last reference is dropped
 * (vm_refcnt), the shell with the page-table root when the last hold is
 * (vm_holdcnt): dying threads still run on it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/tree.h>
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/token.h"
#include "kernel/md.h"

/* Layout: program and heap low, the stack below VM_STACK_TOP in the same
 * gigabyte (few page-table pages), mmap above VM_MMAP_BASE. */
#define VM_STACK_TOP 0x40000000UL
#define VM_STACK_MAX (64UL << 20)
#define VM_BRK_MAX 0x3b000000UL
#define VM_MMAP_BASE 0x100000000UL

/* Memory that several maps may share: contents of a file, or anonymous
 * shared memory.  Pages are made on first touch (anonymous) or exist. */
struct vm_object {
	uint32_t vo_refs;	 /* ATOMIC */
	struct spinlock vo_spin; /* SELF */
	size_t vo_npages;	 /* STABLE */
	uint64_t *vo_pages;	 /* GUARDED(leaf_spin) physical, 0: none yet */
} __cachealigned;

/* me_flags */
#define ME_STACK 0x1  /* grows down into the gap below it, to me_limit */
#define ME_SHARED 0x2 /* not copied on write */
#define ME_PARKED 0x4 /* anonymous; its object keeps pages for PROT_NONE */

struct vm_map_entry {
	RB_ENTRY(vm_map_entry) me_node; /* GUARDED(vm_token) */
	uintptr_t me_start, me_end;	/* GUARDED(vm_token) */
	int me_prot;			/* GUARDED(vm_token) PROT_* */
	int me_maxprot;			/* GUARDED(vm_token) */
	int me_flags;			/* GUARDED(vm_token) ME_* */
	uintptr_t me_limit;		/* GUARDED(vm_token) lowest me_start */
	struct vm_object *me_object;	/* GUARDED(vm_token) NULL: anonymous */
	size_t me_pgoff;		/* GUARDED(vm_token) first page in it;
					   what is parked may begin later:
					   modulo 2^64 */
};

struct vmspace {
	uint32_t vm_refcnt;		/* ATOMIC processes that live in it */
	uint32_t vm_holdcnt;		/* ATOMIC refs (as one) and shells */
	struct lwkt_token vm_token;	/* SELF */
	RB_HEAD(vm_map, vm_map_entry) vm_map; /* GUARDED(vm_token) */
	struct pmap vm_pmap;		/* GUARDED(vm_token) but pm_active */
	size_t vm_size;			/* GUARDED(vm_token) bytes mapped */
	size_t vm_dsize;		/* GUARDED(vm_token) of them, anonymous
					   private and no stack: RLIMIT_DATA */
	uintptr_t vm_brk_start, vm_brk; /* GUARDED(vm_token) */
	size_t vm_peak; /* ATOMIC written under vm_token: most pages resident
			   before some were unmapped */
	bool vm_dead;			/* GUARDED(vm_token) user memory gone */
};

/* An empty one, with one reference; NULL without memory. */
struct vmspace *vmspace_alloc(void);
/* A copy-on-write copy; NULL without memory.  The page at sp (0: none), which
 * both will write to at once, is copied now: that saves two page faults. */
struct vmspace *vmspace_fork(struct vmspace *vm, uintptr_t sp) SLEEPS;
/* Another process lives in it (rfork RFMEM, vfork). */
void vmspace_ref(struct vmspace *vm);
/* Stage one (X38): the process keeps the shell (a hold) and drops its
 * reference; if it was the last, user memory is torn down now. */
void vmspace_exit(struct vmspace *vm) SLEEPS;
/* Keeps the shell: it can be looked into, and is empty once user memory has
 * gone.  The caller knows that another hold stands. */
void vmspace_hold(struct vmspace *vm);
/* Stage two (X90): drops the shell; the last hold frees it. */
void vmspace_exitfree(struct vmspace *vm);
/* Drops a reference that never became a process or is replaced by exec: both
 * stages. No CPU that the caller answers for has it loaded. */
void vmspace_rele(struct vmspace *vm) SLEEPS;

/* Maps memory.  *addrp: wish or, with MAP_FIXED, order; gets the address.
 * flags: MAP_*; obj: NULL for anonymous memory, else a reference that the map
 * takes over on success.  A wish that is not free or not possible is
 * ignored.  MAP_STACK: the top of the range, growing down to its start on
 * demand.  Errors: EINVAL, EACCES (prot beyond maxprot), ENOMEM (space or
 * memory). */
int vm_map_enter(struct vmspace *vm, uintptr_t *addrp, size_t len, int prot,
    int maxprot, int flags, struct vm_object *obj, size_t pgoff) SLEEPS;
int vm_map_remove(struct vmspace *vm, uintptr_t start, size_t len) SLEEPS;
/* EINVAL, ENOMEM (hole), EACCES (beyond maxprot); no bytes: nothing. */
int vm_map_protect(struct vmspace *vm, uintptr_t start, size_t len, int prot)
    SLEEPS;
/* The user stack: [VM_STACK_TOP - limit, VM_STACK_TOP), grown on demand. */
int vm_map_stack(struct vmspace *vm, size_t limit) SLEEPS;
/* Moves the end of the heap.  ENOMEM: outside [vm_brk_start, VM_BRK_MAX],
 * vm_dsize would pass datalimit, something is mapped there, no memory. */
int vm_map_brk(struct vmspace *vm, uintptr_t newbrk, size_t datalimit) SLEEPS;
/* Makes va accessible: see vm_fault_current() in md.h. */
int vm_fault(struct vmspace *vm, uintptr_t va, int access) SLEEPS;
/* Copies into another vmspace (exec's arguments, program text): faults the
 * pages in; me_maxprot must allow writing, me_prot need not.  0, EFAULT,
 * ENOMEM (some of it may have been written). */
int vmspace_write(struct vmspace *vm, uintptr_t va, const void *buf,
    size_t len) SLEEPS;
/* The reverse: me_prot must allow reading.  0, EFAULT, ENOMEM. */
int vmspace_read(struct vmspace *vm, uintptr_t va, void *buf, size_t len)
    SLEEPS;
/* Bytes resident; the most that ever were. */
size_t vmspace_resident(struct vmspace *vm);
size_t vmspace_peak(struct vmspace *vm);
/* Some pages are about to be unmapped. */
void vmspace_note_peak(struct vmspace *vm) NEEDS(vm_token);

struct vm_object *vm_object_alloc(size_t npages);
void vm_object_ref(struct vm_object *obj);
void vm_object_rele(struct vm_object *obj);
/* The page at index, made (zeroed) if it is not there; 0 without memory or
 * beyond the end.  The object keeps its own reference. */
uint64_t vm_object_page(struct vm_object *obj, size_t index);
/* Makes the page at index, where there must be none, of the first len bytes
 * of data and zeroes behind them; false without memory. */
bool vm_object_fill(struct vm_object *obj, size_t index, const void *data,
    size_t len);
/* The page at index if it has been made, else 0. */
uint64_t vm_object_peek(struct vm_object *obj, size_t index);

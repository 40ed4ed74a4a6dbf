/*
 * vm_map.h -- the entries of a vmspace, for the files of kernel/mem, and
 * for /proc, which shows them.
 *
 * Entries are sorted and never overlap; neighbours that could be one are one.
 * Whatever needs a new entry reserves it first (vm_reserve), so that what
 * follows cannot fail half way.
 */
#pragma once

#include "kernel/mem/vm.h"

RB_PROTOTYPE(vm_map, vm_map_entry, me_node, vm_map_entry_cmp);

/* New entries for one operation: two cuts and the mapping itself. */
struct vm_reserve {
	struct vm_map_entry *vr_entry[3];
	unsigned vr_count;
};

static inline void
vm_lock(struct vmspace *vm) TAKES(vm_token) UNCHECKED;
static inline void
vm_lock(struct vmspace *vm)
{
	lwkt_gettoken(&vm->vm_token);
}

static inline void
vm_unlock(struct vmspace *vm) DROPS(vm_token) UNCHECKED;
static inline void
vm_unlock(struct vmspace *vm)
{
	lwkt_reltoken(&vm->vm_token);
}

/* Whole pages of user address space? */
bool vm_range_ok(uintptr_t start, size_t len);

/* The entry that holds va, else the first above it, else NULL. */
struct vm_map_entry *vm_entry_find(struct vmspace *vm, uintptr_t va)
    NEEDS(vm_token);
/* The same, but NULL unless va is in it. */
struct vm_map_entry *vm_entry_at(struct vmspace *vm, uintptr_t va)
    NEEDS(vm_token);
/* Is nothing mapped in [start, end)? */
bool vm_range_free(struct vmspace *vm, uintptr_t start, uintptr_t end)
    NEEDS(vm_token);
/* Room for len bytes, at wish if possible; 0: none.  below: leave a page
 * unmapped below it. */
uintptr_t vm_find_space(struct vmspace *vm, uintptr_t wish, size_t len,
    bool below) NEEDS(vm_token);

/* Reserves entries: those that cutting at start and end needs, and extra.  0
 * or ENOMEM. */
int vm_reserve(struct vmspace *vm, uintptr_t start, uintptr_t end,
    unsigned extra, struct vm_reserve *vr) NEEDS(vm_token);
struct vm_map_entry *vm_reserve_use(struct vm_reserve *vr);
/* Gives back what was not used. */
void vm_reserve_end(struct vm_reserve *vr);

/* Cuts entries so that none crosses start or end. */
void vm_clip(struct vmspace *vm, uintptr_t start, uintptr_t end,
    struct vm_reserve *vr) NEEDS(vm_token);
/* Counts the entry's memory and puts it into the map, which takes over its
 * object; it may become part of a neighbour and is then gone. */
void vm_entry_insert(struct vmspace *vm, struct vm_map_entry *e)
    NEEDS(vm_token);
/* Joins what can be joined along [start, end] and at its borders. */
void vm_merge(struct vmspace *vm, uintptr_t start, uintptr_t end)
    NEEDS(vm_token);
/* Unmaps the range, cuts included. */
void vm_unmap(struct vmspace *vm, uintptr_t start, uintptr_t end,
    struct vm_reserve *vr) NEEDS(vm_token);
/* Frees all entries; no page is mapped any more. */
void vm_entries_free(struct vmspace *vm) NEEDS(vm_token);
/* Gives dst, which has none, copies of src's entries.  0 or ENOMEM: dst then
 * has some of them, in a tree that is good for vm_entries_free() alone. */
int vm_entries_copy(struct vmspace *dst, struct vmspace *src) NEEDS(vm_token);

/* Adds len bytes of e (may be negative) to vm_size and vm_dsize. */
static inline void
vm_account(struct vmspace *vm, const struct vm_map_entry *e, long len)
    NEEDS(vm_token);
static inline void
vm_account(struct vmspace *vm, const struct vm_map_entry *e, long len)
{
	vm->vm_size += (size_t)len;
	if ((e->me_object == NULL || (e->me_flags & ME_PARKED)) &&
	    !(e->me_flags & (ME_STACK | ME_SHARED)))
		vm->vm_dsize += (size_t)len;
}

/* vm_park.c: keeps the private pages of [start, end), at whose ends entries
 * have been cut, for when PROT_NONE is taken back; unmaps them.  0 or ENOMEM:
 * nothing that the program could see has changed. */
int vm_park(struct vmspace *vm, uintptr_t start, uintptr_t end)
    NEEDS(vm_token);

/* vm_fault.c: makes the page at va ready for access; force: for writes where
 * the program itself may not (its text).  0 or an errno. */
int vm_fault_locked(struct vmspace *vm, uintptr_t va, int access, bool force)
    NEEDS(vm_token);

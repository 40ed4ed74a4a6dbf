/*
 * depot.c -- full half-magazines of an objcache, between the CPUs and slabs.
 *
 * objcache.c moves objects half a magazine at a time.  Here such a load waits
 * as it is, to be taken whole by any CPU: that costs a copy of its pointers,
 * where the slabs want a look at each object.  So a thousand processes can
 * be made, or buried, at the price of ten.
 *
 * Only for objects without a constructor, whose memory is all that they have,
 * and only as many as a small part of memory would hold: the rest goes to the
 * slabs.  The records of loads are never given back; empty ones wait for the
 * next load.
 *
 * Entry points: depot_take, depot_give; any context but a spin lock's.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/spin.h"
#include "kernel/md.h"
#include "kernel/mem/slab.h"

#define DEPOT_SHARE 64 /* a cache's depot keeps 1/64 of memory at most */

struct depot_load {
	struct depot_load *dl_next;  /* GUARDED(leaf_spin) */
	void *dl_obj[MAG_HALF];	     /* GUARDED(leaf_spin) */
};

bool
depot_take(struct objcache *oc, void **obj)
{
	struct depot_load *dl;

	if (atomic_load(&oc->oc_loads) == NULL)
		return false;
	spin_lock(&oc->oc_spin);
	dl = oc->oc_loads;
	if (dl != NULL) {
		memcpy(obj, dl->dl_obj, sizeof(dl->dl_obj));
		oc->oc_loads = dl->dl_next;
		oc->oc_nloads--;
		dl->dl_next = oc->oc_noloads;
		oc->oc_noloads = dl;
	}
	spin_unlock(&oc->oc_spin);
	return dl != NULL;
}

bool
depot_give(struct objcache *oc, void **obj)
{
	size_t room = bootinfo.bi_mem_bytes / DEPOT_SHARE / MAG_HALF;
	struct depot_load *dl;

	if (oc->oc_ctor != NULL ||
	    atomic_load(&oc->oc_nloads) * oc->oc_size >= room)
		return false;
	spin_lock(&oc->oc_spin);
	dl = oc->oc_noloads;
	if (dl != NULL)
		oc->oc_noloads = dl->dl_next;
	spin_unlock(&oc->oc_spin);
	if (dl == NULL)
		dl = meta_alloc(sizeof(*dl));
	if (dl == NULL)
		return false;
	memcpy(dl->dl_obj, obj, sizeof(dl->dl_obj));
	spin_lock(&oc->oc_spin);
	dl->dl_next = oc->oc_loads;
	oc->oc_loads = dl;
	oc->oc_nloads++;
	spin_unlock(&oc->oc_spin);
	return true;
}

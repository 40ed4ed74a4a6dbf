/*
 * vm_object.c -- memory that several maps may share.
 *
 * The file system keeps the contents of files in objects; vm_map makes them
 * for anonymous shared memory.  A page is made when it is first asked for and
 * stays until the object goes; every mapping of it has a reference of its
 * own.  Map entries hold the object, not the page.
 *
 * Entry points: vm_object_alloc, vm_object_page, vm_object_fill,
 * vm_object_rele.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/spin.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/page.h"
#include "kernel/mem/vm.h"

static MALLOC_DEFINE(M_VMOBJECT, "vm_object");

struct vm_object *
vm_object_alloc(size_t npages)
{
	struct vm_object *obj;

	if (npages > SIZE_MAX / sizeof(obj->vo_pages[0]))
		return NULL;
	obj = kmalloc(sizeof(*obj), &M_VMOBJECT, M_ZERO);
	if (obj == NULL)
		return NULL;
	obj->vo_pages = kmalloc(npages * sizeof(obj->vo_pages[0]), &M_VMOBJECT,
	    M_ZERO);
	if (obj->vo_pages == NULL) {
		kfree(obj, &M_VMOBJECT);
		return NULL;
	}
	obj->vo_refs = 1;
	obj->vo_npages = npages;
	spin_init(&obj->vo_spin, "vm_object", SPIN_LEAF);
	return obj;
}

void
vm_object_ref(struct vm_object *obj)
{
	uint32_t refs = atomic_fetchadd(&obj->vo_refs, 1);

	KKASSERT(refs > 0);
	(void)refs;
}

void
vm_object_rele(struct vm_object *obj)
{
	uint32_t refs = atomic_fetchadd(&obj->vo_refs, -1U);

	KASSERT(refs > 0, "vm_object %p: released too often", obj);
	if (refs > 1)
		return;
	for (size_t i = 0; i < obj->vo_npages; i++)
		if (obj->vo_pages[i] != 0)
			vm_page_rele(obj->vo_pages[i]);
	kfree(obj->vo_pages, &M_VMOBJECT);
	kfree(obj, &M_VMOBJECT);
}

/* Puts *pap in the place if it is empty; *pap becomes what is there then.
 * True when the caller's page was used. */
static bool
object_install(struct vm_object *obj, size_t index, uint64_t *pap)
{
	bool used;

	spin_lock(&obj->vo_spin);
	used = obj->vo_pages[index] == 0 && *pap != 0;
	if (used)
		obj->vo_pages[index] = *pap;
	*pap = obj->vo_pages[index];
	spin_unlock(&obj->vo_spin);
	return used;
}

uint64_t
vm_object_peek(struct vm_object *obj, size_t index)
{
	uint64_t pa = 0;

	if (index < obj->vo_npages)
		(void)object_install(obj, index, &pa);
	return pa;
}

uint64_t
vm_object_page(struct vm_object *obj, size_t index)
{
	uint64_t pa = vm_object_peek(obj, index), fresh;

	if (pa != 0 || index >= obj->vo_npages)
		return pa;
	fresh = pa = page_alloc_zero(PG_FILE);
	/* RACE: another thread may have made the page meanwhile; its stays. */
	if (fresh != 0 && !object_install(obj, index, &pa))
		vm_page_rele(fresh);
	return pa;
}

bool
vm_object_fill(struct vm_object *obj, size_t index, const void *data,
    size_t len)
{
	uint64_t pa = page_alloc(0, PG_FILE);
	char *to = PHYS_TO_DMAP(pa);
	bool used;

	KKASSERT(index < obj->vo_npages && len <= PAGE_SIZE);
	if (pa == 0)
		return false;
	memcpy(to, data, len);
	memset(to + len, 0, PAGE_SIZE - len);
	used = object_install(obj, index, &pa);
	KASSERT(used, "vm_object %p: page %lu filled twice", obj,
	    (unsigned long)index);
	return true;
}

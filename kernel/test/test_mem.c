/*
 * test_mem.c -- in-kernel tests of kernel memory: pages, objcache, kmalloc,
 * kernel stacks, failpoints.
 *
 * Each gives back all that it takes and checks the counts that the census
 * relies on.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/objcache.h"
#include "kernel/mem/page.h"
#include "kernel/san/kasan.h"
#include "kernel/test/ktest.h"

#define MANY 200

static MALLOC_DEFINE(M_TEST, "test");

static void
test_page_blocks(void)
{
	long live = page_count(PG_USER);

	for (unsigned order = 0; order < 8; order++) {
		uint64_t pa = page_alloc(order, PG_USER);

		KT_CHECK(pa != 0);
		KT_CHECK((pa & ((PAGE_SIZE << order) - 1)) == 0);
		KT_CHECK(page_count(PG_USER) == live + (1L << order));
		memset(PHYS_TO_DMAP(pa), 0xa5, PAGE_SIZE << order);
		page_free(pa, order);
	}
	KT_CHECK(page_count(PG_USER) == live);
	KT_CHECK(page_alloc(PAGE_MAXORDER + 1, PG_USER) == 0);
}
KTEST(mem_page_blocks, "2.36", test_page_blocks);

static void
test_page_refs(void)
{
	uint64_t pa = page_alloc_zero(PG_USER);
	const char *byte = PHYS_TO_DMAP(pa);
	long live = page_count(PG_USER);
	bool clear = true;

	for (size_t i = 0; i < PAGE_SIZE; i++)
		clear = clear && byte[i] == 0;
	KT_CHECK(clear);
	KT_CHECK(vm_page_sole(pa));
	vm_page_hold(pa);
	KT_CHECK(!vm_page_sole(pa));
	vm_page_rele(pa);
	KT_CHECK(vm_page_sole(pa) && page_count(PG_USER) == live);
	vm_page_rele(pa);
	KT_CHECK(page_count(PG_USER) == live - 1);
}
KTEST(mem_page_refs, "2.36", test_page_refs);

/* More single pages than any cache holds. */
static void
test_page_many(void)
{
	static uint64_t pa[MANY];
	long live = page_count(PG_USER);

	for (int i = 0; i < MANY; i++) {
		pa[i] = page_alloc(0, PG_USER);
		KT_CHECK(pa[i] != 0);
		*(uint64_t *)PHYS_TO_DMAP(pa[i]) = pa[i];
	}
	for (int i = 0; i < MANY; i++) {
		KT_CHECK(*(uint64_t *)PHYS_TO_DMAP(pa[i]) == pa[i]);
		page_free(pa[i], 0);
	}
	KT_CHECK(page_count(PG_USER) == live);
}
KTEST(mem_page_many, "2.36", test_page_many);

/*
 * Objects with a constructor that may be told to fail.
 */
struct made {
	uint64_t ma_made;
	char ma_body[400];
};

static int made_count, made_max;

static int
made_ctor(void *obj)
{
	struct made *ma = obj;

	if (made_count == made_max)
		return ENOMEM;
	made_count++;
	ma->ma_made = 0x6d616465;
	return 0;
}

static void
made_dtor(void *obj)
{
	struct made *ma = obj;

	KT_CHECK(ma->ma_made == 0x6d616465);
	made_count--;
}

static void
test_objcache_keeps_constructed_state(void)
{
	static struct objcache *oc;
	static struct made *ma[MANY];
	int before;

	if (oc == NULL)
		oc = objcache_create("test_made", sizeof(struct made), 64,
		    made_ctor, made_dtor);
	KT_CHECK(oc != NULL && objcache_live(oc) == 0);
	made_max = MANY;
	for (int i = 0; i < MANY; i++) {
		ma[i] = objcache_get(oc);
		KT_CHECK(ma[i] != NULL && ma[i]->ma_made == 0x6d616465);
		KT_CHECK(((uintptr_t)ma[i] & 63) == 0);
		memset(ma[i]->ma_body, i, sizeof(ma[i]->ma_body));
	}
	KT_CHECK(objcache_live(oc) == MANY);
	KT_CHECK(objcache_get(oc) == NULL);
	KT_CHECK(objcache_live(oc) == MANY);
	for (int i = 0; i < MANY; i++) {
		KT_CHECK(ma[i]->ma_body[399] == (char)i);
		objcache_put(oc, ma[i]);
	}
	KT_CHECK(objcache_live(oc) == 0);
	kasan_reclaim(); /* they may still wait to be used again */
	before = made_count;
	ma[0] = objcache_get(oc);
	KT_CHECK(ma[0] != NULL && made_count == before);
	objcache_put(oc, ma[0]);
}
KTEST(mem_objcache_state, "2.43", test_objcache_keeps_constructed_state);

static void
test_objcache_large(void)
{
	static struct objcache *oc;
	void *obj[20];

	if (oc == NULL)
		oc = objcache_create("test_large", 3 * PAGE_SIZE, PAGE_SIZE,
		    NULL, NULL);
	for (unsigned i = 0; i < nitems(obj); i++) {
		obj[i] = objcache_get(oc);
		KT_CHECK(obj[i] != NULL);
		KT_CHECK(((uintptr_t)obj[i] & PAGE_MASK) == 0);
		memset(obj[i], (int)i, 3 * PAGE_SIZE);
	}
	for (unsigned i = 0; i < nitems(obj); i++) {
		KT_CHECK(((char *)obj[i])[3 * PAGE_SIZE - 1] == (char)i);
		objcache_put(oc, obj[i]);
	}
	KT_CHECK(objcache_live(oc) == 0);
}
KTEST(mem_objcache_large, "2.43", test_objcache_large);

static void
test_kmalloc_sizes(void)
{
	static char *p[MANY];
	long live = kmalloc_live(&M_TEST);

	for (size_t i = 0; i < MANY; i++) {
		p[i] = kmalloc(i * 61, &M_TEST, M_ZERO);
		KT_CHECK(p[i] != NULL);
		for (size_t k = 0; k < i * 61; k += 60)
			KT_CHECK(p[i][k] == 0);
		memset(p[i], (int)i, i * 61);
	}
	KT_CHECK(kmalloc_live(&M_TEST) == live + MANY);
	for (size_t i = 0; i < MANY; i++) {
		if (i > 0)
			KT_CHECK(p[i][0] == (char)i &&
			    p[i][i * 61 - 1] == (char)i);
		kfree(p[i], &M_TEST);
	}
	p[0] = kstrdup("copy", &M_TEST);
	KT_CHECK(p[0] != NULL && strcmp(p[0], "copy") == 0);
	kfree(p[0], &M_TEST);
	kfree(NULL, &M_TEST);
	KT_CHECK(kmalloc_live(&M_TEST) == live);
}
KTEST(mem_kmalloc_sizes, "2.43", test_kmalloc_sizes);

static void
test_kstack(void)
{
	static char *stack[40];
	long live = kstack_live();

	for (unsigned i = 0; i < nitems(stack); i++) {
		stack[i] = kstack_alloc();
		KT_CHECK(stack[i] != NULL);
		KT_CHECK(((uintptr_t)stack[i] & PAGE_MASK) == 0);
		stack[i][KSTACK_SIZE - 1] = (char)i;
		for (unsigned k = 0; k < i; k++)
			KT_CHECK((size_t)max(stack[i] - stack[k],
				     stack[k] - stack[i]) >=
			    KSTACK_SIZE + PAGE_SIZE);
	}
	KT_CHECK(kstack_live() == live + (long)nitems(stack));
	for (unsigned i = 0; i < nitems(stack); i++) {
		KT_CHECK(stack[i][KSTACK_SIZE - 1] == (char)i);
		kstack_free(stack[i]);
	}
	KT_CHECK(kstack_live() == live);
}
KTEST(mem_kstack, "2.1", test_kstack);

static void
test_failpoint(void)
{
	void *p[3];

	failpoint_arm("test", 1, 1, true);
	for (int i = 0; i < 3; i++)
		p[i] = kmalloc(100, &M_TEST, 0);
	KT_CHECK(p[0] != NULL && p[1] == NULL && p[2] != NULL);
	KT_CHECK(failpoint_disarm() == 1);
	kfree(p[0], &M_TEST);
	kfree(p[2], &M_TEST);
	failpoint_arm("page", 0, -1, true);
	KT_CHECK(page_alloc(0, PG_USER) == 0 && page_alloc(3, PG_USER) == 0);
	KT_CHECK(kmalloc(100000, &M_TEST, 0) == NULL);
	KT_CHECK(failpoint_disarm() == 3);
}
KTEST(mem_failpoint, "2.43", test_failpoint);

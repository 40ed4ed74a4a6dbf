/*
 * census.c -- counts everything: see census.h.
 *
 * Called by the system call census(), which tests and init use, and by the
 * in-kernel tests around each test.  Holds nothing; the counters belong to
 * their subsystems.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/objcache.h"
#include "kernel/mem/page.h"
#include "kernel/sys/census.h"

static MALLOC_DEFINE(M_CENSUS, "census");

static struct census_counter *census_counters; /* STABLE after boot */

/* Where the next row goes. */
struct census_cursor {
	struct census_row *cu_rows; /* OWNER */
	int cu_max;		    /* OWNER */
	int cu_n;		    /* OWNER */
};

void
census_register(struct census_counter *cc)
{
	cc->cc_next = census_counters;
	census_counters = cc;
}

static void
census_add(struct census_cursor *cu, const char *prefix, const char *name,
    long count)
{
	struct census_row *row;

	if (cu->cu_n++ >= cu->cu_max)
		return;
	row = &cu->cu_rows[cu->cu_n - 1];
	memset(row, 0, sizeof(*row));
	ksnprintf(row->name, sizeof(row->name), "%s%s", prefix, name);
	row->count = count;
}

static void
census_objcache(struct objcache *oc, void *arg)
{
	census_add(arg, "obj:", objcache_name(oc), objcache_live(oc));
}

static void
census_malloc_type(const char *name, long live, void *arg)
{
	census_add(arg, "mem:", name, live);
}

static long
census_threads(void)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++)
		n += globaldata[i]->gd_cnt_threads;
	return n;
}

int
census_take(struct census_row *rows, int max)
{
	struct census_cursor cu = { rows, max, 0 };
	struct census_counter *cc;

	census_add(&cu, "", "threads", census_threads());
	census_add(&cu, "pages:", "user", page_count(PG_USER));
	census_add(&cu, "pages:", "file", page_count(PG_FILE));
	census_add(&cu, "pages:", "table",
	    page_count(PG_TABLE) - pmap_cached());
	census_add(&cu, "~pages:", "kernel", page_count(PG_KERNEL));
	census_add(&cu, "~pages:", "kstack", page_count(PG_KSTACK));
	census_add(&cu, "~pages:", "free", page_free_count());
	for (cc = census_counters; cc != NULL; cc = cc->cc_next)
		census_add(&cu, "", cc->cc_name, cc->cc_fn());
	objcache_foreach(census_objcache, &cu);
	kmalloc_foreach(census_malloc_type, &cu);
	return cu.cu_n;
}

void
census_set_take(struct census_set *set)
{
	set->cs_n = census_take(set->cs_rows, CENSUS_MAX);
	KASSERT(set->cs_n <= CENSUS_MAX, "the census has %d rows", set->cs_n);
}

static const struct census_row *
census_find(const struct census_set *set, const char *name)
{
	for (int i = 0; i < set->cs_n; i++)
		if (strcmp(set->cs_rows[i].name, name) == 0)
			return &set->cs_rows[i];
	return NULL;
}

int
census_set_diff(const struct census_set *before,
    const struct census_set *after,
    void (*fn)(const char *name, int64_t before, int64_t after))
{
	int n = 0;

	/* Rows are added (by the first use of a type), never taken away. */
	for (int i = 0; i < after->cs_n; i++) {
		const struct census_row *now = &after->cs_rows[i], *then;
		int64_t count;

		if (now->name[0] == '~')
			continue;
		then = census_find(before, now->name);
		count = then != NULL ? then->count : 0;
		if (now->count == count)
			continue;
		n++;
		if (fn != NULL)
			fn(now->name, count, now->count);
	}
	return n;
}

SYSCALL(census)
{
	int max = (int)args[1], n, error = 0;
	struct census_row *rows;

	(void)lp;
	if (max < 0)
		return EINVAL;
	/* Always as large: the census counts this buffer too, and is to find
	 * the same whoever asks. */
	rows = kmalloc(sizeof(*rows) * CENSUS_MAX, &M_CENSUS, 0);
	if (rows == NULL)
		return ENOMEM;
	n = census_take(rows, CENSUS_MAX);
	n = min(n, CENSUS_MAX);
	max = min(max, n);
	if (max > 0)
		error = copyout(rows, (void *)(uintptr_t)args[0],
		    sizeof(*rows) * (size_t)max); /* sleeps */
	kfree(rows, &M_CENSUS);
	*rv = n;
	return error;
}

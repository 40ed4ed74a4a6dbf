/*
 * file.c -- open files: their memory, their count, their place.
 *
 * A struct file is made by whoever opens something and then lives in
 * descriptor tables; every call in progress holds a reference of its own, so
 * that a close by another thread does not pull it away.  The last reference
 * calls fo_close.
 *
 * The place in the file (f_offset) belongs to one transfer at a time.  A
 * token is not enough for that, since it is lost in the page faults of the
 * copy: so f_busy is the lock and f_token guards f_busy.
 *
 * Entry points: file_alloc, fhold, fdrop, file_live; file_begin, file_end.
 */
#include "kernel/abi/errno.h"
#include "kernel/file/file.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/objcache.h"

static struct objcache *file_cache;

static void
file_init(void)
{
	file_cache = objcache_create("file", sizeof(struct file), CACHE_LINE,
	    NULL, NULL);
	KASSERT(file_cache != NULL, "no memory for the cache of open files");
}
SYSINIT(file, SI_SUB_PRE_DRIVERS, SI_ORDER_FIRST, file_init);

struct file *
file_alloc(const struct fileops *ops, int flag, void *data)
{
	struct file *fp = objcache_get(file_cache);

	if (fp == NULL)
		return NULL;
	fp->f_count = 1;
	fp->f_flag = flag;
	fp->f_ops = ops;
	fp->f_data = data;
	lwkt_token_init(&fp->f_token, "file");
	fp->f_offset = 0;
	fp->f_busy = false;
	fp->f_wanted = false;
	LIST_INIT(&fp->f_knotes);
	return fp;
}

void
file_free(struct file *fp)
{
	objcache_put(file_cache, fp);
}

void
fhold(struct file *fp)
{
	uint32_t before = atomic_fetchadd(&fp->f_count, 1);

	KKASSERT(before > 0 && before < UINT32_MAX);
	(void)before;
}

void
fdrop(struct file *fp)
{
	uint32_t left = atomic_subfetch(&fp->f_count, 1);

	KKASSERT(left != UINT32_MAX);
	if (left > 0)
		return;
	KKASSERT(klist_empty(&fp->f_knotes));
	fp->f_ops->fo_close(fp); /* sleeps */
	file_free(fp);
}

long
file_live(void)
{
	return objcache_live(file_cache);
}

/* The sleep ends without PCATCH: the owner moves bytes to or from memory and
 * waits for nothing but page faults. */
int64_t
file_begin(struct file *fp)
{
	int64_t off;

	lwkt_gettoken(&fp->f_token);
	while (fp->f_busy) {
		fp->f_wanted = true;
		tsleep(&fp->f_busy, 0, "filebusy", 0); /* sleeps */
	}
	fp->f_busy = true;
	off = fp->f_offset;
	lwkt_reltoken(&fp->f_token);
	return off;
}

void
file_end(struct file *fp, int64_t off)
{
	bool wanted;

	lwkt_gettoken(&fp->f_token);
	KKASSERT(fp->f_busy);
	fp->f_offset = off;
	fp->f_busy = false;
	wanted = fp->f_wanted;
	fp->f_wanted = false;
	knote_look_file(&fp->f_knotes);
	lwkt_reltoken(&fp->f_token);
	if (wanted)
		wakeup(&fp->f_busy); /* WAKES: file_begin */
}

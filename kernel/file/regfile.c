/*
 * regfile.c -- regular files: bytes in a vm_object, which mmap and exec map
 * without a copy.
 *
 * file_kern.c calls the fileops, namei.c and ramfs.c reg_resize.  One thread
 * at a time writes or resizes a file (i_busy, a lock that is kept over the
 * page faults of the copy; i_token guards it); readers take a snapshot of size
 * and object and go on without a lock.  An object has a fixed number of pages:
 * a file that outgrows it gets a bigger one with the same pages, one that
 * shrinks a smaller one.  Who has mapped the old one keeps it: he sees what is
 * written to pages that existed, and not what the file becomes beyond.
 *
 * Entry points: reg_resize, reg_fileops.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/event.h"
#include "kernel/abi/unistd.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/mem/page.h"
#include "kernel/mem/vm.h"
#include "kernel/sched/usched.h"

#define YIELD_BYTES (256UL << 10) /* others run after so much copying */
#define SPIN_BATCH 256		  /* pages shared under one spin lock */

const char zero_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/*
 * The lock of writers.
 */

/* The sleep ends without PCATCH: the owner waits for nothing but page faults
 * of its own process. */
static void
reg_begin(struct inode *ip)
{
	inode_lock(ip);
	while (ip->i_busy) {
		ip->i_wanted = true;
		tsleep(&ip->i_busy, 0, "inode", 0); /* sleeps */
	}
	ip->i_busy = true;
	inode_unlock(ip);
}

static void
reg_end(struct inode *ip)
{
	bool wanted;

	inode_lock(ip);
	ip->i_busy = false;
	wanted = ip->i_wanted;
	ip->i_wanted = false;
	inode_unlock(ip);
	if (wanted)
		wakeup(&ip->i_busy); /* WAKES: reg_begin */
}

/*
 * Objects.  UNCHECKED: i_busy is the lock, which has no word of its own.
 */

static size_t
pages_of(int64_t bytes)
{
	return howmany((size_t)bytes, PAGE_SIZE);
}

/* A reference to the object and the size, of one moment. */
static struct vm_object *
reg_snapshot(struct inode *ip, int64_t *size)
{
	struct vm_object *obj;

	inode_lock(ip);
	obj = ip->i_object;
	if (obj != NULL)
		vm_object_ref(obj);
	*size = ip->i_size;
	inode_unlock(ip);
	return obj;
}

/* Puts another object (NULL too) and size in place. */
static void
reg_replace(struct inode *ip, struct vm_object *obj, int64_t size)
{
	struct vm_object *old;

	inode_lock(ip);
	old = ip->i_object;
	ip->i_object = obj;
	ip->i_size = size;
	ip->i_mtime = cpu_walltime_ns();
	knote_look(&ip->i_knotes);
	inode_unlock(ip);
	if (old != NULL && old != obj)
		vm_object_rele(old);
}

/* A new object of npages with the pages of old that it has room for; NULL
 * without memory.  UNCHECKED: the new one is not shared yet. */
static UNCHECKED struct vm_object *
object_resized(struct vm_object *old, size_t npages)
{
	struct vm_object *obj = vm_object_alloc(npages);
	size_t keep, i = 0;

	if (obj == NULL || old == NULL)
		return obj;
	keep = min(npages, old->vo_npages);
	while (i < keep) {
		size_t stop = min(keep, i + SPIN_BATCH);

		spin_lock(&old->vo_spin);
		for (; i < stop; i++) {
			obj->vo_pages[i] = old->vo_pages[i];
			if (obj->vo_pages[i] != 0)
				vm_page_hold(obj->vo_pages[i]);
		}
		spin_unlock(&old->vo_spin);
	}
	return obj;
}

/* Room for bytes, at least doubled so that growing costs no more than the
 * bytes do.  Under i_busy.  0 or ENOMEM. */
static int UNCHECKED
reg_reserve(struct inode *ip, int64_t bytes)
{
	struct vm_object *obj = ip->i_object;
	size_t have = obj != NULL ? obj->vo_npages : 0;
	size_t need = pages_of(bytes);

	if (need <= have)
		return 0;
	need = max(need, have * 2);
	need = min(need, pages_of(REG_MAX));
	obj = object_resized(obj, need);
	if (obj == NULL)
		return ENOMEM;
	reg_replace(ip, obj, ip->i_size);
	return 0;
}

/* Gives back what lies beyond size.  Under i_busy.  0 or ENOMEM. */
static int UNCHECKED
reg_shrink(struct inode *ip, int64_t size)
{
	struct vm_object *obj = NULL;
	size_t tail = (size_t)size & PAGE_MASK;
	uint64_t pa;

	if (size > 0 && ip->i_object != NULL) {
		obj = object_resized(ip->i_object, pages_of(size));
		if (obj == NULL)
			return ENOMEM;
		pa = vm_object_peek(obj, (size_t)size >> PAGE_SHIFT);
		if (tail != 0 && pa != 0)
			memset((char *)PHYS_TO_DMAP(pa) + tail, 0,
			    PAGE_SIZE - tail);
	}
	reg_replace(ip, obj, size);
	return 0;
}

int UNCHECKED
reg_resize(struct inode *ip, int64_t size)
{
	int error = 0;

	if (size < 0 || size > REG_MAX)
		return EFBIG;
	reg_begin(ip); /* sleeps */
	if (size < ip->i_size) {
		error = reg_shrink(ip, size);
	} else {
		error = reg_reserve(ip, size);
		if (error == 0)
			reg_replace(ip, ip->i_object, size);
	}
	reg_end(ip);
	return error;
}

/*
 * Open files.
 */

static int
reg_read(struct file *fp, struct uio *uio)
{
	int64_t size;
	struct vm_object *obj = reg_snapshot(fp->f_data, &size);
	size_t copied = 0;
	int error = 0;

	/* Reading a hole makes no page. */
	while (error == 0 && uio->uio_resid > 0 && uio->uio_offset < size) {
		size_t off = (size_t)uio->uio_offset & PAGE_MASK;
		size_t n = min(PAGE_SIZE - off, uio->uio_resid);
		const char *from = zero_page;
		uint64_t pa = 0;

		n = min(n, (size_t)(size - uio->uio_offset));
		if (obj != NULL)
			pa = vm_object_peek(obj,
			    (size_t)uio->uio_offset >> PAGE_SHIFT);
		if (pa != 0)
			from = PHYS_TO_DMAP(pa);
		error = uiomove_out(uio, from + off, n); /* sleeps */
		copied += n;
		if (copied % YIELD_BYTES < n)
			usched_user_yield(); /* sleeps */
	}
	if (obj != NULL)
		vm_object_rele(obj);
	return error;
}

/* Writes up to the end of the page at uio_offset.  Under i_busy, with room. */
static int UNCHECKED
reg_write_page(struct inode *ip, struct uio *uio)
{
	int64_t start = uio->uio_offset;
	size_t off = (size_t)start & PAGE_MASK;
	size_t n = min(PAGE_SIZE - off, uio->uio_resid);
	int64_t end = start + (int64_t)n, stale;
	uint64_t pa;
	char *page;
	int error;

	pa = vm_object_page(ip->i_object, (size_t)start >> PAGE_SHIFT);
	if (pa == 0)
		return ENOSPC;
	page = PHYS_TO_DMAP(pa);
	error = uiomove_in(uio, page + off, n); /* sleeps */
	if (uio->uio_offset > start)
		reg_replace(ip, ip->i_object,
		    max(uio->uio_offset, ip->i_size));
	/* A copy that failed half way may have left bytes beyond the end. */
	stale = max(uio->uio_offset, ip->i_size);
	if (error != 0 && stale < end)
		memset(page + ((size_t)stale & PAGE_MASK), 0,
		    (size_t)(end - stale));
	return error;
}

static int UNCHECKED
reg_write(struct file *fp, struct uio *uio)
{
	struct inode *ip = fp->f_data;
	size_t beyond = 0, copied = 0;
	int64_t start;
	int error;

	if (uio->uio_resid == 0)
		return 0;
	reg_begin(ip); /* sleeps */
	if (atomic_load(&fp->f_flag) & O_APPEND)
		uio->uio_offset = ip->i_size;
	start = uio->uio_offset;
	if (start < 0 || start >= REG_MAX) {
		reg_end(ip);
		return EFBIG;
	}
	if (uio->uio_resid > (size_t)(REG_MAX - start)) {
		beyond = uio->uio_resid - (size_t)(REG_MAX - start);
		uio->uio_resid -= beyond;
	}
	error = reg_reserve(ip, start + (int64_t)uio->uio_resid);
	if (error != 0)
		error = ENOSPC;
	while (error == 0 && uio->uio_resid > 0) {
		error = reg_write_page(ip, uio); /* sleeps */
		copied += PAGE_SIZE;
		if (copied % YIELD_BYTES == 0)
			usched_user_yield(); /* sleeps */
	}
	uio->uio_resid += beyond;
	reg_end(ip);
	return error;
}

static int
reg_seek(struct file *fp, int64_t off, int whence, int64_t *res)
{
	struct stat st;
	int64_t base = 0;

	if (whence == SEEK_CUR) {
		base = *res;
	} else if (whence == SEEK_END) {
		inode_stat(fp->f_data, &st);
		base = st.st_size;
	} else if (whence != SEEK_SET) {
		return EINVAL;
	}
	if (__builtin_add_overflow(base, off, &off))
		return EOVERFLOW;
	if (off < 0)
		return EINVAL;
	*res = off;
	return 0;
}

/* An empty file gets an object too, so that it can be mapped. */
static int
reg_object(struct file *fp, struct vm_object **objp, size_t *sizep)
{
	struct inode *ip = fp->f_data;
	int64_t size;
	int error = 0;

	*objp = reg_snapshot(ip, &size);
	if (*objp == NULL) {
		reg_begin(ip); /* sleeps */
		error = reg_reserve(ip, 1);
		*objp = reg_snapshot(ip, &size);
		reg_end(ip);
	}
	*sizep = (size_t)size;
	return error;
}

/* What is behind the place of the open file.  UNCHECKED: whoever changes size
 * or place has us look again. */
UNCHECKED static void
reg_look(struct knote *kn, int news)
{
	struct file *fp = knote_file(kn);
	struct inode *ip = fp->f_data;
	int64_t left = atomic_load(&ip->i_size) - atomic_load(&fp->f_offset);

	knote_state(kn, left,
	    news | (left != 0 || knote_is_poll(kn) ? KL_READY : 0));
}

static int
reg_kqfilter(struct file *fp, struct knote *kn)
{
	struct inode *ip = fp->f_data;
	int error;

	if (knote_filter(kn) != EVFILT_READ)
		return knote_attach(kn, NULL, 0, KL_READY);
	inode_lock(ip);
	lwkt_gettoken(&fp->f_token); /* sleeps */
	error = knote_attach_look(kn, &ip->i_knotes, reg_look);
	lwkt_reltoken(&fp->f_token);
	inode_unlock(ip);
	return error;
}

const struct fileops reg_fileops = {
	.fo_read = reg_read,
	.fo_write = reg_write,
	.fo_stat = inode_fo_stat,
	.fo_seek = reg_seek,
	.fo_object = reg_object,
	.fo_kqfilter = reg_kqfilter,
	.fo_close = inode_fo_close,
};

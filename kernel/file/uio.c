/*
 * uio.c -- moving bytes between a kind of file and whoever reads or writes.
 *
 * Every fo_read and fo_write comes here with memory of its own (a page of a
 * file, a stretch of a pipe's ring) and the uio of the call.  User memory is
 * never trusted: copyin and copyout say EFAULT.  Each move steps the uio by
 * all of its bytes or, in a fault, not at all, in however many pieces they
 * are: a caller learns from uio_resid how many moves were made.
 *
 * May block in a page fault: tokens are lost and regained.
 *
 * Entry points: uiomove_in, uiomove_out, uio_skip; uio_vector, uio_freev.
 */
#include "kernel/abi/errno.h"
#include "kernel/file/file.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"

static MALLOC_DEFINE(M_IOV, "iov");

/* Bytes at uio_base; steps to the next piece when this one is used up. */
static size_t
uio_here(struct uio *uio)
{
	if (uio->uio_iov == NULL)
		return uio->uio_resid;
	while (uio->uio_left == 0 && uio->uio_resid > 0) {
		uio->uio_base = uio->uio_iov->iov_base;
		uio->uio_left = uio->uio_iov->iov_len;
		uio->uio_iov++;
	}
	return uio->uio_left;
}

static void
uio_step(struct uio *uio, size_t n)
{
	uio->uio_base += n;
	uio->uio_resid -= n;
	uio->uio_offset += (int64_t)n;
	if (uio->uio_iov != NULL)
		uio->uio_left -= n;
}

/* Kernel memory is one stretch, and is there. */
static int
move_kernel(struct uio *uio, char *buf, size_t n, bool in)
{
	char *base = uio->uio_base;

	n = min(n, uio->uio_resid);
	memcpy(in ? buf : base, in ? base : buf, n);
	uio_step(uio, n);
	return 0;
}

/* Moves n bytes between buf and the pieces. */
static __attribute__((noinline)) int
move_pieces(struct uio *uio, char *buf, size_t n, bool in)
{
	struct uio before;

	if (uio->uio_kernel)
		return move_kernel(uio, buf, n, in);
	before = *uio;
	n = min(n, uio->uio_resid);
	while (n > 0) {
		size_t len = min(n, uio_here(uio));
		int error;

		if (in)
			error = copyin(uio->uio_base, buf, len); /* sleeps */
		else
			error = copyout(buf, uio->uio_base, len); /* sleeps */
		if (error != 0) {
			*uio = before;
			return error;
		}
		uio_step(uio, len);
		buf += len;
		n -= len;
	}
	return 0;
}

/* One stretch of user memory? */
static inline bool
is_simple(const struct uio *uio)
{
	return likely(uio->uio_iov == NULL && !uio->uio_kernel);
}

int
uiomove_in(struct uio *uio, void *buf, size_t n)
{
	if (!is_simple(uio))
		return move_pieces(uio, buf, n, true); /* sleeps */
	n = min(n, uio->uio_resid);
	if (copyin(uio->uio_base, buf, n) != 0) /* sleeps */
		return EFAULT;
	uio_step(uio, n);
	return 0;
}

int
uiomove_out(struct uio *uio, const void *buf, size_t n)
{
	if (!is_simple(uio)) /* sleeps */
		return move_pieces(uio, (char *)(uintptr_t)buf, n, false);
	n = min(n, uio->uio_resid);
	if (copyout(buf, uio->uio_base, n) != 0) /* sleeps */
		return EFAULT;
	uio_step(uio, n);
	return 0;
}

void
uio_skip(struct uio *uio, size_t n)
{
	while (n > 0) {
		size_t len = min(n, uio_here(uio));

		uio_step(uio, len);
		n -= len;
	}
}

int
uio_vector(struct uio *uio, const void *uaddr, size_t count,
    struct iovec **memp)
{
	struct iovec *iov;
	size_t total = 0;
	int error;

	if (count > UIO_MAXIOV)
		return EINVAL;
	iov = kmalloc(max(count, (size_t)1) * sizeof(*iov), &M_IOV, 0);
	if (iov == NULL)
		return ENOMEM;
	error = copyin(uaddr, iov, count * sizeof(*iov)); /* sleeps */
	for (size_t i = 0; error == 0 && i < count; i++) {
		if (__builtin_add_overflow(total, iov[i].iov_len, &total) ||
		    total > INT64_MAX)
			error = EINVAL;
	}
	if (error != 0) {
		kfree(iov, &M_IOV);
		return error;
	}
	memset(uio, 0, sizeof(*uio));
	uio->uio_resid = total;
	uio->uio_iov = iov;
	*memp = iov;
	return 0;
}

void
uio_freev(struct iovec *mem)
{
	kfree(mem, &M_IOV);
}

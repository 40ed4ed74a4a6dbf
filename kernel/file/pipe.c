/*
 * pipe.c -- pipes: a ring of bytes between two open files.
 *
 * kern_pipe makes one; file_kern.c reads and writes it.  pp_token guards the
 * ring's ends and is kept while bytes are copied straight between user memory
 * and the ring.  A page fault in the copy loses it, therefore a copy also has
 * its end of the ring to itself (pp_rbusy, pp_wbusy), and moves the end only
 * when the bytes have arrived: a fault loses no data.
 *
 * Who sleeps where, all with PCATCH, and who wakes him:
 *	pp_rpos    readers: ring empty, or another one copies.  Woken by a
 *	           writer that has put bytes in, by the last close of the
 *	           writing end, by the reader that has done copying.
 *	pp_wpos    writers: too little room, or another one copies.  Woken by a
 *	           reader once there is the room that the most modest of them
 *	           asks for, by the close of the reading end, by the writer that
 *	           has done copying.
 * The waiting flags are set under pp_token by who goes to sleep and cleared by
 * who wakes, so that a transfer that nobody waits for wakes nobody.
 *
 * Whoever changes ring or ends tells the knotes of both, under pp_token, which
 * is also held while one is attached.
 *
 * Entry points: kern_pipe, the two fileops.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/event.h"
#include "kernel/abi/stat.h"
#include "kernel/file/file.h"
#include "kernel/file/file_kern.h"
#include "kernel/file/sigio.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"

#define PIPE_SIZE 16384u /* a power of two: ends count freely */
#define PIPE_BUF 512u	 /* a write of so much goes in as one */

static MALLOC_DEFINE(M_PIPE, "pipe");

struct pipe {
	struct lwkt_token pp_token; /* SELF */
	uint32_t pp_ends;	    /* ATOMIC open ends: the last one frees */
	uint32_t pp_rpos, pp_wpos;  /* GUARDED(pipe_token) and the busy flags */
	bool pp_reader, pp_writer;  /* GUARDED(pipe_token) ends that are open */
	bool pp_rbusy, pp_wbusy;    /* GUARDED(pipe_token) one copies */
	bool pp_rwait;		    /* GUARDED(pipe_token) a reader sleeps */
	bool pp_wwait;		    /* GUARDED(pipe_token) a writer sleeps */
	size_t pp_wneed;	    /* GUARDED(pipe_token) the least room that a
				       sleeping writer asks for */
	uint64_t pp_mtime;	    /* STABLE when it was made */
	char *pp_ring;		    /* STABLE PIPE_SIZE bytes */
	struct klist pp_rknotes, pp_wknotes; /* GUARDED(knote_spin) */
	struct sigio_slot pp_rowner, pp_wowner; /* SELF */
};

static void pipe_lock(struct pipe *pp) TAKES(pipe_token) UNCHECKED;
static void pipe_unlock(struct pipe *pp) DROPS(pipe_token) UNCHECKED;

static void
pipe_lock(struct pipe *pp)
{
	lwkt_gettoken(&pp->pp_token);
}

static void
pipe_unlock(struct pipe *pp)
{
	lwkt_reltoken(&pp->pp_token);
}

/* What is to be told of each end, and how much could be read or written. */
static int NEEDS(pipe_token)
reader_state(const struct pipe *pp, int64_t *data)
{
	*data = pp->pp_wpos - pp->pp_rpos;
	return (*data > 0 ? KL_READY : 0) | (pp->pp_writer ? 0 : KL_EOF);
}

static int NEEDS(pipe_token)
writer_state(const struct pipe *pp, int64_t *data)
{
	*data = PIPE_SIZE - (pp->pp_wpos - pp->pp_rpos);
	return (*data >= PIPE_BUF ? KL_READY : 0) |
	    (pp->pp_reader ? 0 : KL_EOF);
}

static __rare void NEEDS(pipe_token)
tell_knotes_slow(struct pipe *pp, int rnews, int wnews)
{
	int64_t data;
	int state;

	state = reader_state(pp, &data);
	knote_level(&pp->pp_rknotes, data, state | rnews);
	state = writer_state(pp, &data);
	knote_level(&pp->pp_wknotes, data, state | wnews);
}

/* The ring or its ends have changed; which is news to whom, KL_NEWS or 0. */
static inline void NEEDS(pipe_token)
tell_knotes(struct pipe *pp, int rnews, int wnews)
{
	if (!klist_empty(&pp->pp_rknotes) || !klist_empty(&pp->pp_wknotes))
		tell_knotes_slow(pp, rnews, wnews);
	if (rnews)
		sigio_send(&pp->pp_rowner); /* sleeps */
	else
		sigio_send(&pp->pp_wowner); /* sleeps */
}

static int
pipe_reader_owner(struct file *fp, owner_op *op, void *arg)
{
	struct pipe *pp = fp->f_data;
	int error;

	pipe_lock(pp);
	error = op(&pp->pp_rowner, arg);
	pipe_unlock(pp);
	return error;
}

static int
pipe_writer_owner(struct file *fp, owner_op *op, void *arg)
{
	struct pipe *pp = fp->f_data;
	int error;

	pipe_lock(pp);
	error = op(&pp->pp_wowner, arg);
	pipe_unlock(pp);
	return error;
}

static void NEEDS(pipe_token)
wake_readers(struct pipe *pp)
{
	if (pp->pp_rwait) {
		pp->pp_rwait = false;
		wakeup(&pp->pp_rpos); /* WAKES: pipe_wait_data */
	}
}

static void NEEDS(pipe_token)
wake_writers(struct pipe *pp)
{
	if (pp->pp_wwait) {
		pp->pp_wwait = false;
		wakeup(&pp->pp_wpos); /* WAKES: pipe_wait_room */
	}
}

/*
 * Reading.
 */

/* Sleeps unless there is something to read or nothing will come any more;
 * *eof tells which. */
static int NEEDS(pipe_token)
pipe_wait_data(struct pipe *pp, bool nonblock, bool *eof)
{
	for (;;) {
		int error;

		*eof = false;
		if (!pp->pp_rbusy) {
			if (pp->pp_wpos != pp->pp_rpos)
				return 0;
			*eof = !pp->pp_writer;
			if (*eof)
				return 0;
			if (nonblock)
				return EAGAIN;
		}
		pp->pp_rwait = true;
		error = tsleep(&pp->pp_rpos, PCATCH, "piperd", 0); /* sleeps */
		if (error != 0)
			return error;
	}
}

/* Copies what is there, in one or two stretches. */
static inline int NEEDS(pipe_token)
pipe_take(struct pipe *pp, struct uio *uio)
{
	size_t before = uio->uio_resid;
	size_t want = min((size_t)(pp->pp_wpos - pp->pp_rpos), before);
	uint32_t at = pp->pp_rpos % PIPE_SIZE;
	size_t first = min(want, (size_t)(PIPE_SIZE - at));
	int error;

	pp->pp_rbusy = true;
	error = uiomove_out(uio, pp->pp_ring + at, first); /* sleeps */
	if (unlikely(error == 0 && want > first))
		error = uiomove_out(uio, pp->pp_ring, /* sleeps */
		    want - first);
	pp->pp_rbusy = false;
	pp->pp_rpos += (uint32_t)(before - uio->uio_resid);
	/* An empty ring starts again at its first, warm bytes. */
	if (pp->pp_rpos == pp->pp_wpos && !pp->pp_wbusy)
		pp->pp_rpos = pp->pp_wpos = 0;
	return error;
}

static int
pipe_read(struct file *fp, struct uio *uio)
{
	struct pipe *pp = fp->f_data;
	bool eof;
	int error;

	if (uio->uio_resid == 0)
		return 0;
	pipe_lock(pp);
	error = pipe_wait_data(pp, /* sleeps */
	    atomic_load(&fp->f_flag) & O_NONBLOCK, &eof);
	if (error == 0 && !eof) {
		error = pipe_take(pp, uio); /* sleeps */
		if (PIPE_SIZE - (pp->pp_wpos - pp->pp_rpos) >= pp->pp_wneed)
			wake_writers(pp);
		wake_readers(pp);
		tell_knotes(pp, 0, KL_NEWS);
	}
	pipe_unlock(pp);
	return error;
}

/*
 * Writing.
 */

/* Sleeps unless there is room for need bytes; EPIPE: nobody will read. */
static int NEEDS(pipe_token)
pipe_wait_room(struct pipe *pp, bool nonblock, size_t need)
{
	for (;;) {
		int error;

		if (!pp->pp_reader)
			return EPIPE;
		if (!pp->pp_wbusy) {
			if (PIPE_SIZE - (pp->pp_wpos - pp->pp_rpos) >= need)
				return 0;
			if (nonblock)
				return EAGAIN;
		}
		pp->pp_wneed = pp->pp_wwait ? min(pp->pp_wneed, need) : need;
		pp->pp_wwait = true;
		error = tsleep(&pp->pp_wpos, PCATCH, "pipewr", 0); /* sleeps */
		if (error != 0)
			return error;
	}
}

/* The same for n bytes that run on at the ring's start. */
static __rare int NEEDS(pipe_token)
pipe_put_wrapped(struct pipe *pp, struct uio *uio, uint32_t at, size_t n)
{
	size_t first = PIPE_SIZE - at;
	struct uio before = *uio;
	int error;

	error = uiomove_in(uio, pp->pp_ring + at, first); /* sleeps */
	if (error == 0)
		error = uiomove_in(uio, pp->pp_ring, n - first); /* sleeps */
	if (error != 0)
		*uio = before;
	return error;
}

/* Copies what there is room for, all or (a fault) nothing. */
static inline int NEEDS(pipe_token)
pipe_put(struct pipe *pp, struct uio *uio)
{
	size_t n = min((size_t)(PIPE_SIZE - (pp->pp_wpos - pp->pp_rpos)),
	    uio->uio_resid);
	uint32_t at = pp->pp_wpos % PIPE_SIZE;
	int error;

	pp->pp_wbusy = true;
	if (likely(at + n <= PIPE_SIZE))
		error = uiomove_in(uio, pp->pp_ring + at, n); /* sleeps */
	else
		error = pipe_put_wrapped(pp, uio, at, n); /* sleeps */
	pp->pp_wbusy = false;
	if (error == 0)
		pp->pp_wpos += (uint32_t)n;
	return error;
}

static int
pipe_write(struct file *fp, struct uio *uio)
{
	struct pipe *pp = fp->f_data;
	bool nonblock = atomic_load(&fp->f_flag) & O_NONBLOCK;
	bool large = uio->uio_resid > PIPE_BUF;
	int error = 0;

	if (uio->uio_resid == 0)
		return 0;
	pipe_lock(pp);
	do {
		/* A small write waits for room for all of it; a large one
		 * for enough to be worth a switch, or takes what there is. */
		size_t need = large && nonblock ? 1 :
		    min(uio->uio_resid, (size_t)PIPE_BUF);

		error = pipe_wait_room(pp, nonblock, need); /* sleeps */
		if (unlikely(error != 0))
			break;
		error = pipe_put(pp, uio); /* sleeps */
		wake_readers(pp);
		wake_writers(pp);
		tell_knotes(pp, KL_NEWS, 0);
	} while (unlikely(error == 0 && uio->uio_resid > 0));
	pipe_unlock(pp);
	return error;
}

/*
 * Ends.
 */

static int
pipe_stat(struct file *fp, struct stat *st)
{
	struct pipe *pp = fp->f_data;
	struct timespec when = { (long)(pp->pp_mtime / NS_PER_SEC),
		(long)(pp->pp_mtime % NS_PER_SEC) };

	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	st->st_atim = when;
	st->st_mtim = when;
	st->st_ctim = when;
	st->st_blksize = PIPE_SIZE;
	pipe_lock(pp);
	st->st_size = pp->pp_wpos - pp->pp_rpos;
	pipe_unlock(pp);
	return 0;
}

static void
pipe_free(struct pipe *pp)
{
	funsetown(&pp->pp_rowner);
	funsetown(&pp->pp_wowner);
	kfree(pp->pp_ring, &M_PIPE);
	kfree(pp, &M_PIPE);
}

/* The count falls after the token is let go: who frees the pipe knows that
 * the other end's token is out of it. */
static void
pipe_rele(struct pipe *pp)
{
	if (atomic_subfetch(&pp->pp_ends, 1) == 0)
		pipe_free(pp);
}

static void
pipe_close_reader(struct file *fp)
{
	struct pipe *pp = fp->f_data;

	pipe_lock(pp);
	pp->pp_reader = false;
	wake_writers(pp);
	tell_knotes(pp, 0, KL_NEWS);
	pipe_unlock(pp);
	pipe_rele(pp);
}

static void
pipe_close_writer(struct file *fp)
{
	struct pipe *pp = fp->f_data;

	pipe_lock(pp);
	pp->pp_writer = false;
	wake_readers(pp);
	tell_knotes(pp, KL_NEWS, 0);
	pipe_unlock(pp);
	pipe_rele(pp);
}

static int
pipe_reader_kqfilter(struct file *fp, struct knote *kn)
{
	struct pipe *pp = fp->f_data;
	int64_t data;
	int error, state;

	if (knote_filter(kn) != EVFILT_READ)
		return EINVAL;
	pipe_lock(pp);
	state = reader_state(pp, &data);
	error = knote_attach(kn, &pp->pp_rknotes, data, state);
	pipe_unlock(pp);
	return error;
}

static int
pipe_writer_kqfilter(struct file *fp, struct knote *kn)
{
	struct pipe *pp = fp->f_data;
	int64_t data;
	int error, state;

	if (knote_filter(kn) != EVFILT_WRITE)
		return EINVAL;
	pipe_lock(pp);
	state = writer_state(pp, &data);
	error = knote_attach(kn, &pp->pp_wknotes, data, state);
	pipe_unlock(pp);
	return error;
}

static const struct fileops pipe_reader_ops = {
	.fo_read = pipe_read,
	.fo_stat = pipe_stat,
	.fo_kqfilter = pipe_reader_kqfilter,
	.fo_owner = pipe_reader_owner,
	.fo_close = pipe_close_reader,
};
static const struct fileops pipe_writer_ops = {
	.fo_write = pipe_write,
	.fo_stat = pipe_stat,
	.fo_kqfilter = pipe_writer_kqfilter,
	.fo_owner = pipe_writer_owner,
	.fo_close = pipe_close_writer,
};

static struct pipe *
pipe_alloc(void)
{
	struct pipe *pp = kmalloc(sizeof(*pp), &M_PIPE, M_ZERO);

	if (pp == NULL)
		return NULL;
	pp->pp_ring = kmalloc(PIPE_SIZE, &M_PIPE, 0);
	if (pp->pp_ring == NULL) {
		kfree(pp, &M_PIPE);
		return NULL;
	}
	lwkt_token_init(&pp->pp_token, "pipe");
	pp->pp_ends = 2;
	pp->pp_reader = pp->pp_writer = true;
	pp->pp_mtime = cpu_walltime_ns();
	return pp;
}

/* Two open files with a reference each. */
static int
pipe_files(struct file **rfp, struct file **wfp)
{
	struct pipe *pp = pipe_alloc();

	if (pp == NULL)
		return ENOMEM;
	*rfp = file_alloc(&pipe_reader_ops, O_RDONLY, pp);
	*wfp = file_alloc(&pipe_writer_ops, O_WRONLY, pp);
	if (*rfp != NULL && *wfp != NULL)
		return 0;
	if (*rfp != NULL)
		file_free(*rfp);
	if (*wfp != NULL)
		file_free(*wfp);
	pipe_free(pp);
	return ENOMEM;
}

int
kern_pipe(int fds[2])
{
	struct filedesc *fd = curproc->p_fd;
	int limit = file_limit();
	struct file *rfp, *wfp;
	int error;

	error = pipe_files(&rfp, &wfp);
	if (error != 0)
		return error;
	/* RACE: once in the table, rfp is anybody's to close. */
	fhold(rfp);
	error = fdalloc(fd, rfp, 0, limit, &fds[0]); /* sleeps */
	if (error != 0) {
		fdrop(rfp); /* sleeps */
	} else {
		error = fdalloc(fd, wfp, 0, limit, &fds[1]); /* sleeps */
		if (error != 0)
			fdundo(fd, fds[0], rfp); /* sleeps */
	}
	fdrop(rfp); /* sleeps */
	if (error != 0)
		fdrop(wfp); /* sleeps */
	return error;
}

/*
 * tty.h -- terminals: what the console and the slave side of a pty share.
 *
 *	tty.c		the object, its open files, reading and writing
 *	tty_disc.c	the line discipline: keys to lines, output, echo
 *	tty_ioctl.c	the ioctls
 *	tty_session.c	sessions, the foreground group, the leader's exit
 *	ctty.c		/dev/tty
 *	pty.c		pseudo-terminals
 *	console_dev.c	/dev/console
 *
 * t_token guards a terminal; it is lost in every sleep, signals and page
 * faults included.  A terminal is kept by references: one for each open file,
 * for the session that it controls, and of its driver.
 *
 * Revoking (the session leader's exit, revoke(2)) begins a new generation:
 * files of the one before are dead, whoever has them.  Every sleep here looks
 * at the generation of its file when it is over.
 *
 * Who sleeps where, and who wakes him:
 *	t_rpos		readers: nothing to read, or another one copies.  Woken
 *			by input, by the reader that has done copying.
 *	t_out		writers: no room.  Woken when the output falls below
 *			half, or is thrown away.
 *	t_opos		tcdrain() and the leader's exit.  Woken when the output
 *			is empty, or is thrown away; the exit by SIGKILL, too.
 * Knotes of readers and writers are told where those are woken.
 * All three by the loss of the other side, by a revoke and by a change of the
 * modes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/abi/termios.h"
#include "kernel/file/file.h"
#include "kernel/file/sigio.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/token.h"
#include "kernel/mem/kmalloc.h"

struct inode;
struct lwp;
struct pgrp;
struct proc;
struct session;
struct tty;

#define TTY_IN 1024u   /* characters typed ahead; a power of two */
#define TTY_OUT 4096u  /* bytes of output; a power of two */
#define TTY_CHUNK 256u /* bytes moved in one piece */

/* In the input, beside a character. */
#define TC_END 0x100 /* ends a line */
#define TC_EOF 0x200 /* ends one, and is no character */

MALLOC_DECLARE(M_TTY);

/* What a kind of terminal does; t_token is held, and may be lost. */
struct tty_driver {
	/* There is output, or it may go on. */
	void (*dr_start)(struct tty *tp);
	/* There is room for input again, or input was thrown away.  NULL:
	 * nobody waits for that. */
	void (*dr_resume)(struct tty *tp);
	/* The first file is opened: whoever reads on the other side is not at
	 * the end any more, and output that was held goes on. */
	void (*dr_opened)(struct tty *tp);
	/* The last file is closed, or all are revoked.  NULL: no matter. */
	void (*dr_closed)(struct tty *tp);
	/* The last reference is gone; without the token. */
	void (*dr_free)(struct tty *tp);
};

struct tty {
	struct lwkt_token t_token;         /* SELF */
	uint32_t t_refs;                   /* ATOMIC */
	const struct tty_driver *t_driver; /* STABLE */
	const struct termios *t_defaults;  /* STABLE at the first open */
	bool t_outside; /* STABLE input comes from outside the machine */
	struct termios t_termios GUARDED(tty_token);
	uint32_t t_modes GUARDED(tty_token); /* times they have changed */
	struct winsize t_winsize GUARDED(tty_token);
	struct session *t_session GUARDED(tty_token); /* that it controls; it
			does not go away: its leader lets go of us first */
	struct pgrp *t_pgrp GUARDED(tty_token); /* foreground, a reference */
	uint32_t t_gen GUARDED(tty_token);      /* generation */
	uint32_t t_opens GUARDED(tty_token);    /* files of this generation */
	bool t_used GUARDED(tty_token);         /* has been open */
	bool t_carrier GUARDED(tty_token);      /* the other side is there */
	bool t_held GUARDED(tty_token);         /* output is held (^S) */
	bool t_sent_stop GUARDED(tty_token);    /* input is held (IXOFF) */
	bool t_lnext GUARDED(tty_token); /* the next character is literal */
	bool t_rwait GUARDED(tty_token); /* somebody sleeps: see above */
	bool t_wwait GUARDED(tty_token);
	bool t_dwait GUARDED(tty_token);
	bool t_rbusy GUARDED(tty_token); /* a reader copies */
	struct klist t_rknotes, t_wknotes; /* GUARDED(knote_spin) */
	struct sigio_slot t_owner;	   /* SELF who hears of input */

	/* Input: rpos to cpos can be read, cpos to wpos is being edited. */
	uint16_t *t_in; /* STABLE TTY_IN of them */
	uint32_t t_rpos GUARDED(tty_token);
	uint32_t t_cpos GUARDED(tty_token);
	uint32_t t_wpos GUARDED(tty_token);
	uint32_t t_iflushes GUARDED(tty_token); /* times thrown away */
	char *t_out;                            /* STABLE TTY_OUT bytes */
	uint32_t t_opos GUARDED(tty_token);
	uint32_t t_oend GUARDED(tty_token);
	uint32_t t_oflushes GUARDED(tty_token);
	uint32_t t_column GUARDED(tty_token);  /* of the cursor */
	uint32_t t_editcol GUARDED(tty_token); /* where the line began */
};

/* An open file of a terminal: its f_data. */
struct tty_file {
	struct tty *tf_tty;     /* STABLE a reference */
	struct inode *tf_inode; /* STABLE a reference */
	uint32_t tf_gen;        /* STABLE its generation */
	bool tf_ctty;           /* STABLE opened as /dev/tty */
};

static inline void tty_lock(struct tty *tp) TAKES(tty_token) SLEEPS UNCHECKED;
static inline void
tty_lock(struct tty *tp)
{
	lwkt_gettoken(&tp->t_token);
}

static inline void tty_unlock(struct tty *tp) DROPS(tty_token) UNCHECKED;
static inline void
tty_unlock(struct tty *tp)
{
	lwkt_reltoken(&tp->t_token);
}

/*
 * tty.c
 */

/* Sets up zeroed memory, with one reference.  ENOMEM. */
int tty_init(struct tty *tp, const struct tty_driver *dr,
    const struct termios *defaults);
/* Frees what tty_init() has made. */
void tty_fini(struct tty *tp);
void tty_hold(struct tty *tp);
void tty_rele(struct tty *tp) SLEEPS;
/* Opens it: takes over the reference to ip.  ctty: as /dev/tty.  EIO: the
 * other side is gone; ENOMEM. */
int tty_open(struct tty *tp, struct inode *ip, int flags, bool ctty,
    struct file **fpp) SLEEPS;
/* 0, or what a call on a file gets that is dead: EBADF; for /dev/tty of who has
 * lost its terminal: EIO. */
int tty_alive(struct tty *tp, const struct tty_file *tf) NEEDS(tty_token);
/* Throws away input (FREAD), output (FWRITE). */
void tty_flush(struct tty *tp, int which) NEEDS(tty_token);
/* Something has changed: all sleepers look again. */
void tty_wake_all(struct tty *tp) NEEDS(tty_token);
void tty_wake_readers(struct tty *tp) NEEDS(tty_token);
/* Output has been taken. */
void tty_output_taken(struct tty *tp) NEEDS(tty_token);
/* Sleeps until the output is out.  EIO, EBADF, EINTR, ERESTART. */
int tty_drain(struct tty *tp, const struct tty_file *tf)
    NEEDS(tty_token) SLEEPS;
/* All files are dead, the session has lost it, both queues are empty. */
void tty_revoke(struct tty *tp) NEEDS(tty_token);
/* The other side is gone: the session's leader gets SIGHUP. */
void tty_hangup(struct tty *tp) NEEDS(tty_token) SLEEPS;
extern const struct fileops tty_fileops;
extern const struct termios tty_sane; /* canonical, with echo */

static inline uint32_t tty_outq(const struct tty *tp) NEEDS(tty_token);
static inline uint32_t
tty_outq(const struct tty *tp)
{
	return tp->t_oend - tp->t_opos;
}

/*
 * tty_disc.c
 */

/* Will a character be taken?  If not, dr_resume tells when to ask again. */
bool disc_input_room(struct tty *tp) NEEDS(tty_token);
/* A character from the other side; dropped where there is no room. */
void disc_input(struct tty *tp, uint8_t c) NEEDS(tty_token) SLEEPS;
/* Is there room for a character of output? */
bool disc_output_room(const struct tty *tp) NEEDS(tty_token);
/* A character to be put out.  False: no room. */
bool disc_output(struct tty *tp, uint8_t c) NEEDS(tty_token);
/* What can be read now, at most max characters (of one line, in canonical
 * mode), to buf; *used: how many of the input that is; *done: the read is
 * complete with them. */
uint32_t disc_peek(struct tty *tp, char *buf, uint32_t max, uint32_t *used,
    bool *done) NEEDS(tty_token);
/* n of the input have been read. */
void disc_taken(struct tty *tp, uint32_t n) NEEDS(tty_token);
/* The modes have changed. */
void disc_modes_changed(struct tty *tp) NEEDS(tty_token);
/* How many characters can be read. */
int disc_readable(const struct tty *tp) NEEDS(tty_token);

/*
 * tty_ioctl.c
 */

int tty_ioctl(struct file *fp, unsigned long cmd, void *uaddr) SLEEPS;
/* The ioctls that a pty's master has, too; ENOTTY: not one of them.  tf NULL:
 * the master. */
int tty_ioctl_common(struct tty *tp, const struct tty_file *tf,
    unsigned long cmd, void *uaddr) SLEEPS;

/*
 * tty_session.c
 */

/* The current process's controlling terminal, with a reference, or NULL. */
struct tty *ctty_get(void) SLEEPS;
/* Does tp control the current process? */
bool tty_is_mine(const struct tty *tp) NEEDS(tty_token);
/* 0 when the current process may do what sig (SIGTTIN, SIGTTOU) keeps the
 * background from; else the error (EIO, EINTR, ERESTART). */
int tty_background(struct tty *tp, int sig) NEEDS(tty_token) SLEEPS;
/* To the foreground group; token lost. */
void tty_signal(struct tty *tp, int sig, bool controlled)
    NEEDS(tty_token) SLEEPS;
/* TIOCSCTTY, TIOCNOTTY, TIOCSPGRP. */
int tty_take(struct tty *tp, const struct tty_file *tf) NEEDS(tty_token) SLEEPS;
int tty_give_up(void) SLEEPS;
int tty_set_pgrp(struct tty *tp, int pgid) NEEDS(tty_token);
/* tp and its session, if it has one, part. */
void tty_detach(struct tty *tp) NEEDS(tty_token);

/*
 * event.h -- events of kqueues, shared by the kernel and user programs.
 *
 * Spec 2.26 and 3.9.  The C library's <sys/event.h> includes this file.
 */
#pragma once

#include <stdint.h>

struct kevent {
	uintptr_t ident; /* a descriptor, pid, signal, or any number */
	int16_t filter;	 /* EVFILT_* */
	uint16_t flags;	 /* EV_* */
	uint32_t fflags; /* NOTE_* */
	int64_t data;
	void *udata; /* comes back as it is */
};
_Static_assert(sizeof(struct kevent) == 32, "kevent");

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_PROC (-5)
#define EVFILT_SIGNAL (-6)
#define EVFILT_TIMER (-7) /* data: period in ms */
#define EVFILT_USER (-9)

#define EV_ADD 0x1
#define EV_DELETE 0x2
#define EV_ENABLE 0x4
#define EV_DISABLE 0x8
#define EV_ONESHOT 0x10 /* goes once it has been told */
#define EV_CLEAR 0x20	/* data and fflags start again once told */
#define EV_ERROR 0x4000 /* data: the errno of a change */
#define EV_EOF 0x8000
#define EV_SYSFLAGS 0xf000 /* of events; a change may have them: no matter */

/* EVFILT_PROC. */
#define NOTE_EXIT 0x80000000U
#define NOTE_FORK 0x40000000U
#define NOTE_EXEC 0x20000000U
#define NOTE_TRACK 0x1U	   /* follow its children */
#define NOTE_TRACKERR 0x2U /* one could not be followed */
#define NOTE_CHILD 0x4U	   /* a child that is followed; data: its parent */

/* EVFILT_USER: what a change does to the flags (low 24 bits). */
#define NOTE_FFNOP 0x0U
#define NOTE_FFAND 0x40000000U
#define NOTE_FFOR 0x80000000U
#define NOTE_FFCOPY 0xc0000000U
#define NOTE_FFCTRLMASK 0xc0000000U
#define NOTE_FFLAGSMASK 0x00ffffffU
#define NOTE_TRIGGER 0x01000000U

/*
 * intr.h -- interrupt threads (spec 2.1).
 *
 * A device line has a thread at TDPRI_INT_*.  The hard interrupt only notes
 * the line; the thread preempts what runs, if it may, and gives the CPU back
 * when it blocks.
 */
#pragma once

/* fn(arg) runs on the line's thread, once for any number of interrupts since
 * the last call; it may take tokens and block.  The line is unmasked here and
 * again after each call.  0, EBUSY, ENOMEM.  Thread context. */
int intr_register(unsigned line, void (*fn)(void *), void *arg,
    const char *name);
/* Schedules the thread of a line (splz's part). */
void intr_schedule(unsigned line);

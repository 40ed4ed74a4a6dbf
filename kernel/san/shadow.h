/*
 * shadow.h -- between the files of the sanitizer: the shadow, the records.
 *
 * Nothing here is sanitized itself (Makefile): these files read and write
 * memory that others must not touch.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/mem/kmalloc.h"
#include "kernel/san/kasan.h"

struct asan_global;

/* The compiler's: -fasan-shadow-offset in the Makefile. */
#define SHADOW_OFFSET 0xdffffc0000000000UL
#define SHADOW_SHIFT 3
#define SHADOW_GRAIN (1UL << SHADOW_SHIFT)

/* A byte of the shadow: 0: eight bytes are good; 1 to 7: the first so many
 * are; otherwise none, because ... */
#define SHADOW_STACK_LEFT 0xf1 /* beside a variable of a frame (the */
#define SHADOW_STACK_MID 0xf2  /* compiler's three) */
#define SHADOW_STACK_RIGHT 0xf3
#define SHADOW_GLOBAL 0xf9     /* behind a global variable */
#define SHADOW_STACK_END 0xfa  /* the low end of a kernel stack */
#define SHADOW_FREE 0xfb       /* an object that nobody has */
#define SHADOW_REDZONE 0xfc    /* between the objects of a slab */
#define SHADOW_TAIL 0xfd       /* of its room, more than was asked for */
#define SHADOW_STACK_FREE 0xfe /* a kernel stack that nobody has */
#define SHADOW_PAGE_FREE 0xff

static inline uint8_t *
shadow_of(uintptr_t va)
{
	return (uint8_t *)((va >> SHADOW_SHIFT) + SHADOW_OFFSET);
}

/* Who did it: the return addresses, innermost first, without their upper
 * halves, which are all ones; 0: no more. */
#define TRACK_DEPTH 12
struct track {
	uint32_t tk_pc[TRACK_DEPTH];
	int16_t tk_cpu; /* -1: not yet */
	int32_t tk_pid; /* -1: a thread without a process */
};

/* Lies behind an object, or at the low end of a kernel stack. */
struct record {
	struct track rc_alloc;	 /* OWNER */
	struct track rc_free;	 /* OWNER */
	const char *rc_type;	 /* OWNER kmalloc()'s, or NULL */
	struct record *rc_next;	 /* GUARDED(crit) in quarantine */
	struct objcache *rc_cache; /* STABLE */
	void *rc_obj;		 /* STABLE */
	size_t rc_size;		 /* OWNER what its user has asked for */
};

/* Where the record of a kernel stack lies. */
#define STACK_RECORD KSTACK_HEAD

/* kasan.c */
void shadow_fill(const void *p, size_t n, uint8_t value);
/* [p, p + n) and nothing of its last eight bytes behind that is good. */
void shadow_clear(const void *p, size_t n);
/* The first byte of [va, va + n) that is not good, 0: there is none. */
uintptr_t shadow_find_bad(uintptr_t va, size_t n);
/* Everything has its shadow (STABLE after boot). */
extern bool kasan_ready;
/* The global variable whose room holds va, or NULL. */
const struct asan_global *global_at(uintptr_t va);

/* object.c */
struct record *record_of(struct objcache *oc, void *obj);
struct record *stack_record(void *stack);
void track_note(struct track *tk);

/* quarantine.c: objects that come out are given to the slabs. */
void quarantine_put(struct record *rc, size_t size);
/* A stack goes in; the oldest one, or NULL while there is room. */
void *quarantine_stack(struct record *rc);

/* report.c: prints what the access was, whose memory it is, who had it and
 * who gave it back; then panics. */
void kasan_report(uintptr_t va, size_t n, bool write);
/* obj is given back, and is no live object of oc. */
void kasan_report_free(struct objcache *oc, void *obj);
/* True for the CPU that is the first to report something: the machine is its
 * own then, and it goes on to panic.  Others do not come back; false when it
 * came by a report of its own. */
bool san_claim(void);
/* Prints where the running thread stands. */
void san_here(void);

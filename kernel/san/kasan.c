/*
 * kasan.c -- the shadow: writing it, looking at it, and what the compiler
 * calls.
 *
 * The check stands inline in the instrumented code; __asan_report_*() is
 * called when a byte of the shadow was not 0 and did not cover the access.
 * Accesses of other sizes come through __asan_loadN() and __asan_storeN().
 *
 * Before kasan_init() one page serves as the shadow of everything
 * (arch/x86_64/san/): frames write their marks to it and find those of others,
 * so nothing is reported yet.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/san/kasan_abi.h"
#include "kernel/san/shadow.h"

#define GLOBAL_FILES 512

bool kasan_ready;

/* What the constructors have said; boot only. */
static struct {
	const struct asan_global *gf_first;
	size_t gf_n;
} global_files[GLOBAL_FILES]; /* STABLE after kasan_init() */
static size_t global_nfiles;  /* STABLE after kasan_init() */

/* Not memset(): that one asks for leave (string.c). */
static void
fill_bytes(uint8_t *dst, size_t n, uint8_t value)
{
	uint64_t word = value * 0x0101010101010101UL;
	size_t words = n / 8;

	__asm__ volatile("rep stosq"
	    : "+D"(dst), "+c"(words)
	    : "a"(word)
	    : "memory");
	for (n %= 8; n > 0; n--)
		*(volatile uint8_t *)dst++ = value;
}

void
shadow_fill(const void *p, size_t n, uint8_t value)
{
	fill_bytes(shadow_of((uintptr_t)p), howmany(n, SHADOW_GRAIN), value);
}

void
shadow_clear(const void *p, size_t n)
{
	size_t rest = n % SHADOW_GRAIN;

	fill_bytes(shadow_of((uintptr_t)p), n / SHADOW_GRAIN, 0);
	if (rest != 0)
		*shadow_of((uintptr_t)p + n - rest) = (uint8_t)rest;
}

static bool
is_good(uintptr_t va)
{
	int8_t s = (int8_t)*shadow_of(va);

	return s == 0 || (int)(va % SHADOW_GRAIN) < s;
}

uintptr_t
shadow_find_bad(uintptr_t va, size_t n)
{
	uintptr_t end = va + n;

	while (va < end) {
		const uint8_t *s = shadow_of(va);

		/* Eight good grains at once. */
		if ((va & 63) == 0 && end - va >= 64 &&
		    *(const uint64_t *)(const void *)s == 0)
			va += 64;
		else if (is_good(va))
			va = *s == 0 ? rounddown2(va, SHADOW_GRAIN) +
			    SHADOW_GRAIN : va + 1;
		else
			return va;
	}
	return 0;
}

static void
check(uintptr_t va, size_t n, bool write)
{
	if (kasan_ready && shadow_find_bad(va, n) != 0)
		kasan_report(va, n, write);
}

void
kasan_read(const void *p, size_t n)
{
	check((uintptr_t)p, n, false);
}

void
kasan_write(const void *p, size_t n)
{
	check((uintptr_t)p, n, true);
}

/*
 * What the compiler calls.
 */

#define REPORT(n)                                                              \
	void __asan_report_load##n##_noabort(uintptr_t va)                     \
	{                                                                      \
		check(va, n, false);                                           \
	}                                                                      \
	void __asan_report_store##n##_noabort(uintptr_t va)                    \
	{                                                                      \
		check(va, n, true);                                            \
	}
REPORT(1)
REPORT(2)
REPORT(4)
REPORT(8)
REPORT(16)

void
__asan_report_load_n_noabort(uintptr_t va, size_t n)
{
	check(va, n, false);
}

void
__asan_report_store_n_noabort(uintptr_t va, size_t n)
{
	check(va, n, true);
}

void
__asan_loadN_noabort(uintptr_t va, size_t n)
{
	check(va, n, false);
}

void
__asan_storeN_noabort(uintptr_t va, size_t n)
{
	check(va, n, true);
}

/* Before a call that does not return: frames that are left without their end
 * (switch_to_user(), cpu_switch_exit()) leave no marks on the stack. */
void
__asan_handle_no_return(void)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0), low;

	if (!kasan_ready)
		return;
	low = (uintptr_t)curthread->td_kstack;
	if (sp >= low && sp < low + KSTACK_SIZE)
		shadow_clear((void *)sp, low + KSTACK_SIZE - sp);
}

/* Big frames. */
#define SET_SHADOW(value)                                                      \
	void __asan_set_shadow_##value(uint8_t *shadow, size_t n)              \
	{                                                                      \
		fill_bytes(shadow, n, 0x##value);                              \
	}
SET_SHADOW(00)
SET_SHADOW(f1)
SET_SHADOW(f2)
SET_SHADOW(f3)

/* From the constructors that the compiler makes, one a file. */
void
__asan_register_globals(const struct asan_global *g, size_t n)
{
	if (global_nfiles < GLOBAL_FILES) {
		global_files[global_nfiles].gf_first = g;
		global_files[global_nfiles++].gf_n = n;
	}
	for (; n > 0; n--, g++) {
		size_t used = roundup2(g->ag_size, SHADOW_GRAIN);

		shadow_clear(g->ag_start, g->ag_size);
		shadow_fill((const char *)g->ag_start + used,
		    g->ag_room - used, SHADOW_GLOBAL);
	}
}

const struct asan_global *
global_at(uintptr_t va)
{
	for (size_t i = 0; i < global_nfiles; i++) {
		const struct asan_global *g = global_files[i].gf_first;

		for (size_t n = global_files[i].gf_n; n > 0; n--, g++)
			if (va - (uintptr_t)g->ag_start < g->ag_room)
				return g;
	}
	return NULL;
}

/* From destructors, which never run. */
void
__asan_unregister_globals(const struct asan_global *g, size_t n)
{
	(void)g;
	(void)n;
}

void
kasan_init(void)
{
	extern void (*const __init_array_start[])(void);
	extern void (*const __init_array_end[])(void);

	for (size_t i = 0; &__init_array_start[i] < __init_array_end; i++)
		__init_array_start[i]();
	kasan_ready = true;
}

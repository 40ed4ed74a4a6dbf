/*
 * atomic.h -- short names for the compiler's atomic operations.
 *
 * The read-modify-write ones are sequentially consistent (on x86 they are
 * full fences, which the sleep and signal protocols rely on).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define atomic_add(p, n) ((void)__atomic_add_fetch((p), (n), __ATOMIC_SEQ_CST))
#define atomic_sub(p, n) ((void)__atomic_sub_fetch((p), (n), __ATOMIC_SEQ_CST))
/* fetch*: the value before; *fetch: the value after. */
#define atomic_fetchadd(p, n) __atomic_fetch_add((p), (n), __ATOMIC_SEQ_CST)
#define atomic_addfetch(p, n) __atomic_add_fetch((p), (n), __ATOMIC_SEQ_CST)
#define atomic_subfetch(p, n) __atomic_sub_fetch((p), (n), __ATOMIC_SEQ_CST)
#define atomic_fetchor(p, n) __atomic_fetch_or((p), (n), __ATOMIC_SEQ_CST)
#define atomic_fetchand(p, n) __atomic_fetch_and((p), (n), __ATOMIC_SEQ_CST)
#define atomic_set(p, bits) ((void)atomic_fetchor((p), (bits)))
#define atomic_clear(p, bits) ((void)atomic_fetchand((p), ~(bits)))
#define atomic_swap(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define atomic_load(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define atomic_load_acq(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define atomic_store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define atomic_store_rel(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define atomic_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define compiler_fence() __atomic_signal_fence(__ATOMIC_SEQ_CST)

/* Lowers *refs, but not from 1 to 0, which wants a lock; true when it did. */
static inline bool
atomic_drop_unless_last(uint32_t *refs)
{
	uint32_t n = __atomic_load_n(refs, __ATOMIC_RELAXED);

	while (n > 1) {
		if (__atomic_compare_exchange_n(refs, &n, n - 1, true,
			__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

/* Adds one to a count unless it is zero; was it added? */
static inline bool
atomic_add_unless_zero(uint32_t *count)
{
	uint32_t n = atomic_load(count);

	while (n != 0 &&
	    !__atomic_compare_exchange_n(count, &n, n + 1, false,
		__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		continue;
	return n != 0;
}

/* Replace *p by new if it is old; true when it was. */
#define atomic_cmpset(p, old, new)                                             \
	({                                                                     \
		__typeof__(*(p)) _old = (old);                                 \
		__atomic_compare_exchange_n((p), &_old, (new), false,          \
		    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);                       \
	})

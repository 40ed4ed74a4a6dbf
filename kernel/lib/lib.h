/*
 * lib.h -- what every file of the kernel may use: strings, printing, panic.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define nitems(a) (sizeof(a) / sizeof((a)[0]))
#define howmany(n, unit) (((n) + ((unit) - 1)) / (unit))
#define rounddown2(x, pow2) ((x) & ~((__typeof__(x))(pow2) - 1))
#define roundup2(x, pow2) rounddown2((x) + ((pow2) - 1), pow2)
#define min(a, b)                                                              \
	({                                                                     \
		__auto_type _a = (a);                                          \
		__auto_type _b = (b);                                          \
		_a < _b ? _a : _b;                                             \
	})
#define max(a, b)                                                              \
	({                                                                     \
		__auto_type _a = (a);                                          \
		__auto_type _b = (b);                                          \
		_a > _b ? _a : _b;                                             \
	})
#define container_of(ptr, type, field)                                         \
	((type *)((char *)(ptr) - offsetof(type, field)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define CACHE_LINE 64
#define __cachealigned __attribute__((aligned(CACHE_LINE)))
#define __weak __attribute__((weak))
#define __rare __attribute__((noinline, cold)) /* kept out of the way */
#define __printflike(f, a) __attribute__((format(printf, f, a)))

/* string.c: the C library's functions, with the C library's contracts. */
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
/* Copies at most size - 1 bytes and always ends dst with a NUL; returns
 * strlen(src). */
size_t strlcpy(char *dst, const char *src, size_t size);

/* printf.c: any context, interrupt handlers included; never blocks. */
void kprintf(const char *fmt, ...) __printflike(1, 2);
void kvprintf(const char *fmt, va_list ap);
int ksnprintf(char *buf, size_t size, const char *fmt, ...) __printflike(3, 4);

/* panic.c: prints the reason, a backtrace, every CPU's current thread and its
 * tokens, stops the other CPUs and ends the machine (exec status 125). */
void panic(const char *fmt, ...) __printflike(1, 2) __attribute__((noreturn));
extern bool panicking;

/* cmdline.c: the kernel's arguments, "name=value" or a bare "name".
 * Returns the value ("" for a bare name), NULL when it is not there; valid
 * until the next call, boot only. */
const char *cmdline_get(const char *name);
/* The number given for name (decimal), or dflt. */
long cmdline_num(const char *name, long dflt);

/* ksyms.c: the function that holds addr, and the offset in it; NULL when no
 * function does. */
const char *ksym_lookup(uintptr_t addr, uintptr_t *offset);

/* What must hold whatever the build ... */
#define KASSERT(expr, ...)                                                     \
	do {                                                                   \
		if (unlikely(!(expr)))                                         \
			panic(__VA_ARGS__);                                    \
	} while (0)
/* ... and what is checked only under INVARIANTS, without a message of its own
 * or with one. */
#ifdef INVARIANTS
#define KKASSERT_MSG KASSERT
#define KKASSERT(expr)                                                         \
	KASSERT(expr, "%s:%d: assertion failed: %s", __FILE__, __LINE__, #expr)
#else
#define KKASSERT(expr) ((void)sizeof(!(expr)))
#define KKASSERT_MSG(expr, ...) KKASSERT(expr)
#endif

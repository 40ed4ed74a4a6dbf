/*
 * string.c -- memory and strings.
 *
 * Called from everywhere, by the compiler too.  Copies and fills of any size
 * worth it go by `rep` instructions of eight bytes: an emulator and the
 * instruction counter charge one step for each repetition, so bytes would cost
 * eight times as much.  Short ones are loops; KEEP_LOOP stops the compiler
 * from recognising such a loop as a call of the very function it stands in.
 */
#include "kernel/lib/lib.h"
#include "kernel/san/kasan.h"

#define REP_MIN 64

#define KEEP_LOOP() __asm__ volatile("" : : : "memory")

typedef uint64_t word_t __attribute__((may_alias, aligned(1)));

void *
memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	char *d = dst;
	const char *s = src;

	if (n >= REP_MIN) {
		size_t words = n / 8;

		kasan_read(s, words * 8);
		kasan_write(d, words * 8);
		__asm__ volatile("rep movsq"
		    : "+D"(d), "+S"(s), "+c"(words)
		    :
		    : "memory");
		n %= 8;
	}
	for (; n >= 8; n -= 8, d += 8, s += 8) {
		*(word_t *)d = *(const word_t *)s;
		KEEP_LOOP();
	}
	for (; n > 0; n--) {
		*d++ = *s++;
		KEEP_LOOP();
	}
	return dst;
}

/* A destination inside the source is filled from its end. */
void *
memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;

	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dst, src, n);
	for (; n >= 8; n -= 8) {
		*(word_t *)(d + n - 8) = *(const word_t *)(s + n - 8);
		KEEP_LOOP();
	}
	for (; n > 0; n--) {
		d[n - 1] = s[n - 1];
		KEEP_LOOP();
	}
	return dst;
}

void *
memset(void *dst, int c, size_t n)
{
	char *d = dst;
	uint64_t v = (uint8_t)c * 0x0101010101010101UL;

	if (n >= REP_MIN) {
		size_t words = n / 8;

		kasan_write(d, words * 8);
		__asm__ volatile("rep stosq"
		    : "+D"(d), "+c"(words)
		    : "a"(v)
		    : "memory");
		n %= 8;
	}
	for (; n >= 8; n -= 8, d += 8) {
		*(word_t *)d = v;
		KEEP_LOOP();
	}
	for (; n > 0; n--) {
		*d++ = (char)c;
		KEEP_LOOP();
	}
	return dst;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;

	for (; n >= 8; n -= 8, p += 8, q += 8) {
		if (*(const word_t *)p != *(const word_t *)q)
			break;
	}
	for (; n > 0; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

size_t
strlen(const char *s)
{
	const char *p = s;

	while (*p != '\0') {
		p++;
		KEEP_LOOP();
	}
	return p - s;
}

size_t
strnlen(const char *s, size_t max_len)
{
	size_t n = 0;

	while (n < max_len && s[n] != '\0')
		n++;
	return n;
}

int
strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a - (uint8_t)*b;
}

int
strncmp(const char *a, const char *b, size_t n)
{
	while (n > 0 && *a != '\0' && *a == *b) {
		a++;
		b++;
		n--;
	}
	return n == 0 ? 0 : (uint8_t)*a - (uint8_t)*b;
}

char *
strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)(uintptr_t)s;
		if (*s == '\0')
			return NULL;
	}
}

size_t
strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src);

	if (size > 0) {
		size_t n = min(len, size - 1);

		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return len;
}

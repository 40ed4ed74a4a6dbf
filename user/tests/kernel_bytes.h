/*
 * kernel_bytes.h -- does what a system call copies out show bytes of the
 * kernel?
 *
 * A call is made twice on a kernel stack full of a byte (poisoncall), another
 * one each time, into memory full of a third and a fourth.  A place that shows
 * the stack's byte both times has not been written by the kernel before it was
 * copied out; a place that shows the memory's both times has not been copied
 * to.  Freed kernel memory is full of 0xdf, and kernel addresses begin with
 * 0xffff8 or above: neither may show.
 */
#pragma once

#include "user/tests/test.h"

#define BYTES_MAX 65536
#define BYTES_FREED 0xdf
#define BYTES_TRIES 3 /* what changes may look like poison once */

/* Makes the call on a stack of byte, into buf; how many bytes came out. */
typedef long bytes_call_t(void *buf, int byte);

struct bytes_look {
	const char *name;
	bytes_call_t *call;
	long size;  /* of what comes out; 0: as many bytes as the call says */
	int run;    /* so many bytes of poison are meant; 0: one */
	bool holes; /* need not be written throughout */
};

#define CALL(name) static long name(void *buf, int byte)

static uint8_t bytes_out[2][BYTES_MAX];

__attribute__((unused)) static long
bytes_sc(int byte, long nr, long a, long b, long c, long d, long e, long f)
{
	uint64_t args[7] = {(uint64_t)a, (uint64_t)b, (uint64_t)c, (uint64_t)d,
	    (uint64_t)e, (uint64_t)f, 0};

	return sc(SYS_poisoncall, byte, nr, args);
}

#define bytes_pad(byte, nr, a, b, c, d, e, f, ...)                             \
	bytes_sc(byte, nr, (long)(a), (long)(b), (long)(c), (long)(d),         \
	    (long)(e), (long)(f))
/* poisoned(byte, number, up to six arguments): the result, or -errno. */
#define poisoned(...) bytes_pad(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Where run places in a row hold these bytes in the two outputs; -1. */
static long
bytes_find(long n, int run, int first, int second)
{
	int row = 0;

	for (long i = 0; i < n; i++) {
		bool hit =
		    bytes_out[0][i] == first && bytes_out[1][i] == second;

		row = hit ? row + 1 : 0;
		if (row == run)
			return i - run + 1;
	}
	return -1;
}

/* Where an address of the kernel is; -1. */
static long
bytes_find_address(long n)
{
	uint64_t word;

	for (long i = 0; i + 8 <= n; i += 8) {
		memcpy(&word, &bytes_out[0][i], sizeof(word));
		/* Of the highest 4 GB, the upper half; what is next to a -1,
		 * small negative numbers, and sets that are full, are not. */
		if (word >= 0xffff800000000000U && word < -(1UL << 24) &&
		    (word >> 32 != 0xffffffffU || (word & 0x80000000U)))
			return i;
	}
	return -1;
}

/* The call is made twice; what is wrong with its output, and where. */
static const char *
bytes_try(const struct bytes_look *look, int try, long *where)
{
	static const uint8_t poison[BYTES_TRIES][2] = {
	    {0xa7, 0x59}, {0x95, 0x6b}, {0xb3, 0x4d}};
	static const uint8_t fill[2] = {0x3e, 0xc1};
	const uint8_t *p = poison[try];
	long n = look->size, got;

	for (int k = 0; k < 2; k++) {
		memset(bytes_out[k], fill[k], BYTES_MAX);
		got = look->call(bytes_out[k], p[k]);
		*where = got;
		if (got < 0)
			return "gives";
		if (look->size == 0)
			n = k == 0 || got < n ? got : n;
	}
	*where = 0;
	if (n <= 0 || n > BYTES_MAX)
		return "gives nothing";
	if ((*where = bytes_find(n, look->run ? look->run : 1, p[0], p[1])) >=
	    0)
		return "shows the kernel's stack at";
	if ((*where = bytes_find(n, 4, BYTES_FREED, BYTES_FREED)) >= 0)
		return "shows freed memory at";
	if ((*where = bytes_find_address(n)) >= 0)
		return "shows an address of the kernel at";
	if (!look->holes && (*where = bytes_find(n, 1, fill[0], fill[1])) >= 0)
		return "leaves unwritten";
	return NULL;
}

__attribute__((unused)) static void
bytes_check(const struct bytes_look *look)
{
	const char *wrong = NULL;
	long where = 0;

	for (int try = 0; try < BYTES_TRIES; try++) {
		wrong = bytes_try(look, try, &where);
		if (wrong == NULL)
			return;
	}
	test_note("%s %s %ld", look->name, wrong, where);
	CHECK(!"no byte of the kernel shows");
}

/* A child that has ended. */
__attribute__((unused)) static pid_t
bytes_dead_child(void)
{
	long pid = sc(SYS_fork);

	REQUIRE(pid >= 0);
	if (pid == 0)
		test_exit(0);
	test_await_zombie((pid_t)pid);
	return (pid_t)pid;
}

/*
 * proc_files.h -- files of /proc, for the tests that read them.
 */
#pragma once

#include "user/tests/test.h"

#define PROC_PATH 64

__attribute__((unused)) static long
proc_open(pid_t pid, const char *file, int flags)
{
	char path[PROC_PATH];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return sc(SYS_open, path, flags, 0);
}

/* The whole file as a string; its length, or -errno. */
__attribute__((unused)) static long
proc_read(pid_t pid, const char *file, char *buf, size_t size)
{
	long fd = proc_open(pid, file, O_RDONLY), n;

	if (fd < 0)
		return fd;
	n = sc(SYS_read, fd, buf, size - 1);
	CHECK_EQ(sc(SYS_close, fd), 0);
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

/* Moves bytes at an address of another process, by its open memory. */
__attribute__((unused)) static long
proc_peek(long fd, const volatile void *addr, void *buf, size_t len)
{
	CHECK_EQ(sc(SYS_lseek, fd, 0, addr, SEEK_SET), addr);
	return sc(SYS_read, fd, buf, len);
}

__attribute__((unused)) static long
proc_poke(long fd, volatile void *addr, const void *buf, size_t len)
{
	CHECK_EQ(sc(SYS_lseek, fd, 0, addr, SEEK_SET), addr);
	return sc(SYS_write, fd, buf, len);
}

/* A child that sleeps until it is killed. */
__attribute__((unused)) static void
proc_sleeper(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(1000000);
}

/* A child that ends at once. */
__attribute__((unused)) static void
proc_nothing(void *arg)
{
	(void)arg;
}

/*
 * main.c -- bench [--tsv] [GROUP...]: the benchmarks of birth and death; and
 * bench --stages: one life, stage by stage.
 *
 * --tsv prints "operation TAB parameter TAB figure" and nothing else; what
 * could not be measured is told on standard error.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/bench/bench.h"
#include "user/lib/status.h"

struct shared *shared;
static bool tsv;

static const struct {
	const char *name;
	void (*fn)(void);
} groups[] = {
    {"boot", bench_boot},
    {"basic", bench_basic},
    {"threads", bench_threads},
    {"pipe", bench_pipe},
    {"memory", bench_memory},
    {"parallel", bench_parallel},
    {"waits", bench_waits},
    {"orphans", bench_orphans},
    {"signals", bench_signals},
    {"events", bench_events},
};
#define NGROUPS (sizeof(groups) / sizeof(groups[0]))

static void
put(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	for (; len > 0; text += n, len -= (size_t)n) {
		n = write(fd, text, len);
		if (n <= 0)
			_exit(1);
	}
}

void
result(const char *op, const char *param, uint64_t ns)
{
	char line[80];

	snprintf(line, sizeof(line),
	    tsv ? "%s\t%s\t%lu\n" : "%-20s %10s %14lu ns\n", op, param,
	    (unsigned long)ns);
	put(1, line);
}

void
result_n(const char *op, long param, uint64_t ns)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", param);
	result(op, text, ns);
}

void
skipped(const char *op, long param, const char *what)
{
	char line[120];

	snprintf(line, sizeof(line), "bench: %s %ld skipped: %s: %s\n", op,
	    param, what, strerror(errno));
	put(2, line);
}

void
bench_fail(const char *what)
{
	char line[120];

	snprintf(line, sizeof(line), "bench: %s: %s\n", what, strerror(errno));
	put(2, line);
	_exit(1);
}

uint64_t
median(uint64_t (*batch)(int), int arg)
{
	uint64_t runs[5], ns;
	int at;

	for (int i = 0; i < 5; i++) {
		ns = batch(arg);
		for (at = i; at > 0 && runs[at - 1] > ns; at--)
			runs[at] = runs[at - 1];
		runs[at] = ns;
	}
	return runs[2];
}

void
reap(pid_t pid)
{
	char text[STATUS_TEXT];
	int status;

	if (wait4(pid, &status, 0, NULL) != pid)
		bench_fail("wait4");
	if (status != 0) {
		put(2, "bench: a child ended by ");
		put(2, status_text(status, text, sizeof(text)));
		put(2, "\n");
		_exit(1);
	}
}

void *
table_alloc(size_t size)
{
	void *table = mmap(
	    NULL, size, PROT_READ | PROT_WRITE, MAP_ANON | MAP_SHARED, -1, 0);

	return table == MAP_FAILED ? NULL : table;
}

void
table_free(void *table, size_t size)
{
	munmap(table, size);
}

void
shared_reset(void)
{
	memset((void *)shared, 0, sizeof(*shared));
}

void
await(volatile int *word)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0)
		umtx_sleep(word, 0, 0);
}

void
release(volatile int *word)
{
	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	umtx_wakeup(word, 0);
}

int
await_main(void *word)
{
	await(word);
	return 0;
}

/* Is this group asked for? */
static bool
wanted(const char *name, int argc, char **argv)
{
	if (argc == 0)
		return true;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return true;
	}
	return false;
}

/* Every argument is a group; else tells which there are. */
static bool
known(int argc, char **argv)
{
	size_t g;

	for (int i = 0; i < argc; i++) {
		for (g = 0; g < NGROUPS; g++) {
			if (strcmp(argv[i], groups[g].name) == 0)
				break;
		}
		if (g < NGROUPS)
			continue;
		put(2, "usage: bench --stages | [--tsv] [GROUP...]\ngroups:");
		for (g = 0; g < NGROUPS; g++) {
			put(2, " ");
			put(2, groups[g].name);
		}
		put(2, "\n");
		return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	argc--;
	argv++;
	if (argc == 1 && strcmp(argv[0], "--stages") == 0) {
		bench_stages();
		return 0;
	}
	if (argc > 0 && strcmp(argv[0], "--tsv") == 0) {
		tsv = true;
		argc--;
		argv++;
	}
	if (!known(argc, argv))
		return 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_SHARED, -1, 0);
	if (shared == MAP_FAILED)
		bench_fail("mmap");
	for (size_t g = 0; g < NGROUPS; g++) {
		if (wanted(groups[g].name, argc, argv))
			groups[g].fn();
	}
	return 0;
}

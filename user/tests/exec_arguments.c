/*
 * exec_arguments.c -- the new program finds its arguments, its environment and
 * the auxiliary vector as they were given; too much is E2BIG, what is no
 * program ENOEXEC, EACCES or ENOENT, and the caller lives on unchanged.
 */
#include <elf.h>
#include "user/tests/test.h"

TEST_ROWS("E87 2.10 2.35");

#define MANY 500

static char *big; /* of 4 MB, ends in a NUL */

/* The words that the new program runs with: a number decides what it looks
 * at; its exit status is 0 when all is well. */
static int
look(int argc, char **argv, char **envp)
{
	int what = atoi(argv[2]), n = 0;
	char text[32];

	if ((uintptr_t)argv % 8 != 0 || argv[argc] != NULL)
		return 10;
	while (envp[n] != NULL)
		n++;
	switch (what) {
	case 0:
		return argc == 3 && n == 0 ? 0 : 11;
	case 1:
		if (argc != 3 + MANY || n != 2)
			return 12;
		for (int i = 0; i < MANY; i++) {
			snprintf(text, sizeof(text), "argument %d", i);
			if (strcmp(argv[3 + i], text) != 0)
				return 13;
		}
		return strcmp(envp[0], "A=1") == 0 &&
			       strcmp(envp[1], "EMPTY=") == 0
			   ? 0
			   : 14;
	case 2:
		return argc == 5 && strcmp(argv[3], "") == 0 &&
			       strlen(argv[4]) == 20000
			   ? 0
			   : 15;
	}
	return 16;
}

/* Follows the environment on the stack. */
static int
look_at_auxv(char **envp)
{
	bool page_size = false;
	Elf64_auxv_t *aux;

	while (*envp != NULL)
		envp++;
	aux = (Elf64_auxv_t *)(envp + 1);
	for (int i = 0; aux[i].a_type != AT_NULL; i++) {
		if (i > 64)
			return 20;
		if (aux[i].a_type == AT_PAGESZ)
			page_size = aux[i].a_un.a_val == TEST_PAGE;
	}
	return page_size ? 0 : 21;
}

struct program {
	const char *path;
	char **argv, **envp;
};

static void
run(void *arg)
{
	struct program *p = arg;

	test_exit((int)-sc(SYS_execve, p->path, p->argv, p->envp));
}

static void
expect(const char *path, char **argv, char **envp, int status)
{
	struct program p = {path, argv, envp};

	CHECK_EXIT(test_fork(run, &p), status);
}

static void
good_ones(char *self)
{
	char look_word[] = "--look", num[2] = "0", empty[] = "";
	static char texts[MANY][20];
	static char *argv[MANY + 4];
	char a[] = "A=1", e[] = "EMPTY=";
	char *none[] = {NULL}, *two[] = {a, e, NULL};

	argv[0] = self;
	argv[1] = look_word;
	argv[2] = num;
	expect(self, argv, none, 0);
	for (int i = 0; i < MANY; i++) {
		snprintf(texts[i], sizeof(texts[i]), "argument %d", i);
		argv[3 + i] = texts[i];
	}
	num[0] = '1';
	expect(self, argv, two, 0);
	num[0] = '2';
	argv[3] = empty;
	argv[4] = big;
	argv[5] = NULL;
	big[20000] = '\0';
	expect(self, argv, none, 0);
	big[20000] = 'x';
	num[0] = '9';
	argv[3] = NULL;
	expect(self, argv, none, 16);
}

static void
bad_ones(char *self)
{
	char *argv[] = {self, NULL}, *too_big[] = {self, big, NULL};
	char *wild[] = {self, (char *)8, NULL}, *none[] = {NULL};
	char **many = test_private(4 << 20);
	char dir[] = "/tests";

	expect("/tests/no_such_test", argv, none, ENOENT);
	expect("", argv, none, ENOENT);
	expect("/dev/null", argv, none, EACCES);
	expect(dir, argv, none, EACCES);
	expect(self, too_big, none, E2BIG);
	expect(self, argv, too_big, E2BIG);
	for (int i = 0; i < (4 << 20) / 8 - 1; i++)
		many[i] = dir;
	expect(self, many, none, E2BIG);
	expect(NULL, argv, none, EFAULT);
	expect((char *)0xffff800000000000U, argv, none, EFAULT);
	expect(self, (char **)8, none, EFAULT);
	expect(self, wild, none, EFAULT);
	expect(self, argv, wild, EFAULT);
	expect(self, argv, (char **)0x8000000000000000U, EFAULT);
	sc(SYS_munmap, many, 4 << 20);
}

int
main(int argc, char **argv)
{
	char path_and_file[128];

	if (argc >= 3 && strcmp(argv[1], "--look") == 0) {
		int error = look(argc, argv, environ);

		return error == 0 ? look_at_auxv(environ) : error;
	}
	test_begin(argc, argv);
	big = test_private(4 << 20);
	memset(big, 'x', (4 << 20) - 1);
	for (int i = 0; i < 3 * test_scale; i++) {
		good_ones(argv[0]);
		bad_ones(argv[0]);
	}
	snprintf(path_and_file, sizeof(path_and_file), "%s/below", argv[0]);
	expect(path_and_file, argv, environ, ENOTDIR);
	return test_done();
}

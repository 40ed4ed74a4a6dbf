/*
 * core_file.c -- a core is written where the limit allows it, of signals that
 * dump one, and the status says so; it shows the memory, and the registers of
 * all threads, whatever they were doing.
 */
#include "user/tests/test.h"
#include "kernel/abi/core.h"
#include <elf.h>
#include <signal.h>

TEST_ROWS("2.15 3.3 3.5 E01");

static volatile char marked[] = "remember this, mayfly";

static void
limit(int64_t bytes)
{
	struct rlimit rl = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

	CHECK_EQ(setrlimit(RLIMIT_CORE, &rl), 0);
}

static void
spins(void *arg)
{
	(void)arg;
	for (;;)
		test_spin();
}

static void
dies(void *arg)
{
	struct mthread t;

	limit(1 << 24);
	mthread_start(&t, spins, NULL);
	if (arg != NULL)
		kill(getpid(), (int)(intptr_t)arg);
	marked[0] = 'R';
	test_poke(24, 5);
}

static void
dies_small(void *arg)
{
	(void)arg;
	limit(4096);
	test_poke(24, 5);
}

/*
 * The registers of all.
 */

#define SPINNERS 3
#define SLEEPERS 3
#define MARK 0x6d61726b0000UL /* and which of them, in r12 and xmm3 */
#define NOTES (SPINNERS + SLEEPERS + 2)

static int ready, word;

static void
spins_marked(void *arg)
{
	__asm__ volatile("movq %0, %%r12; movq %%r12, %%xmm3\n"
			 "lock incl %1\n"
			 "1: pause; jmp 1b"
			 :
			 : "r"(arg), "m"(ready)
			 : "r12", "xmm3", "memory");
}

static void
sleeps_marked(void *arg)
{
	__asm__ volatile("movq %0, %%r12; movq %%r12, %%xmm3\n"
			 "lock incl %1\n"
			 "1: movl %2, %%eax; movq %3, %%rdi\n"
			 "xorl %%esi, %%esi; xorl %%edx, %%edx\n"
			 "syscall; jmp 1b"
			 :
			 : "r"(arg), "m"(ready), "i"(SYS_umtx_sleep), "r"(&word)
			 : "rax", "rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10",
			 "r11", "r12", "xmm3", "memory");
}

static void
dies_marked(void *arg)
{
	WAIT_UNTIL(load(&ready) == SPINNERS + SLEEPERS);
	__asm__ volatile("movq %0, %%r12; movq %%r12, %%xmm3\n"
			 "movl $24, %%eax; movl $0, (%%rax)"
			 :
			 : "r"(arg)
			 : "rax", "r12", "xmm3", "memory");
}

static void
start_marked(void (*fn)(void *), unsigned long which)
{
	static struct mthread t[NOTES];

	mthread_start(&t[which], fn, (void *)(MARK + which));
}

static void
dies_with_many(void *arg)
{
	(void)arg;
	limit(1 << 24);
	for (unsigned long i = 0; i < SPINNERS; i++)
		start_marked(spins_marked, i);
	for (unsigned long i = SPINNERS; i < SPINNERS + SLEEPERS; i++)
		start_marked(sleeps_marked, i);
	start_marked(dies_marked, SPINNERS + SLEEPERS);
	for (;;)
		test_sleep_ms(1000);
}

static void
check_head(const struct core_note *note, uint32_t type, size_t size)
{
	CHECK_EQ(note->cn_head.n_type, type);
	CHECK_EQ(note->cn_head.n_descsz, size);
	CHECK(strcmp(note->cn_name, "CORE") == 0);
}

/* One thread's notes; which it is, by its mark; -1: it has none. */
static int
check_thread(const struct core_thread *ct, pid_t pid)
{
	struct core_prstatus status = ct->ct_status;
	uint64_t xmm3;

	check_head(&ct->ct_status_note, NT_PRSTATUS, sizeof(status));
	check_head(&ct->ct_fpregs_note, NT_FPREGSET, sizeof(ct->ct_fpregs));
	CHECK_EQ(status.pr_cursig, SIGSEGV);
	CHECK(status.pr_pid >= pid && status.pr_pid < pid + NOTES);
	CHECK_EQ(status.pr_pgrp, getpgrp());
	CHECK(status.pr_regs.cr_rip != 0 && status.pr_regs.cr_rsp != 0);
	CHECK_EQ(status.pr_regs.cr_cs & 3, 3);
	if (status.pr_regs.cr_r12 - MARK >= NOTES)
		return -1;
	memcpy(&xmm3, ct->ct_fpregs.fpr_xacc[3], sizeof(xmm3));
	CHECK_EQ(xmm3, status.pr_regs.cr_r12);
	return (int)(status.pr_regs.cr_r12 - MARK);
}

/* Each thread is there once, the one that died is the first. */
static void
check_notes(const char *name, pid_t pid)
{
	static struct core_thread threads[NOTES];
	struct core_process process;
	Elf64_Ehdr eh;
	Elf64_Phdr ph[2];
	int fd = open(name, O_RDONLY), seen = 0, unmarked = 0;

	REQUIRE(fd >= 0);
	CHECK_EQ(read(fd, &eh, sizeof(eh)), sizeof(eh));
	CHECK_EQ(read(fd, ph, sizeof(ph)), sizeof(ph));
	CHECK_EQ(ph[0].p_type, PT_NOTE);
	CHECK_EQ(ph[0].p_filesz, sizeof(process) + sizeof(threads));
	CHECK(ph[1].p_offset >= ph[0].p_offset + ph[0].p_filesz);
	lseek(fd, (off_t)ph[0].p_offset, SEEK_SET);
	CHECK_EQ(read(fd, &process, sizeof(process)), sizeof(process));
	CHECK_EQ(read(fd, threads, sizeof(threads)), sizeof(threads));
	close(fd);
	check_head(&process.cp_psinfo_note, NT_PRPSINFO,
	    sizeof(process.cp_psinfo));
	CHECK_EQ(process.cp_psinfo.pr_pid, pid);
	CHECK(strcmp(process.cp_psinfo.pr_fname, "core_file") == 0);
	for (int i = 0; i < NOTES; i++) {
		int which = check_thread(&threads[i], pid);

		if (i == 0)
			CHECK_EQ(which, SPINNERS + SLEEPERS);
		if (which < 0)
			unmarked++;
		else
			seen |= 1 << which;
	}
	CHECK_EQ(unmarked, 1);
	CHECK_EQ(seen, (1 << (NOTES - 1)) - 1);
}

/*
 * A crowd: all sleep, on one stack to which none returns.
 */

static void
dies_in_a_crowd(void *arg)
{
	struct lwp_params params = {.func = sleeps_marked, .arg = (void *)MARK};
	int n = (int)(intptr_t)arg;

	limit(1 << 26);
	params.stack = (char *)test_private(TEST_PAGE) + TEST_PAGE;
	for (int i = 0; i < n; i++)
		REQUIRE(sc(SYS_lwp_create, &params) >= 0);
	WAIT_UNTIL(load(&ready) == n);
	test_poke(24, 5);
}

static void
check_crowd(const char *name, pid_t pid, int n)
{
	int fd = open(name, O_RDONLY), last = pid;
	struct core_thread ct;
	Elf64_Ehdr eh;
	Elf64_Phdr ph;

	REQUIRE(fd >= 0);
	CHECK_EQ(read(fd, &eh, sizeof(eh)), sizeof(eh));
	CHECK_EQ(read(fd, &ph, sizeof(ph)), sizeof(ph));
	CHECK_EQ(ph.p_filesz, sizeof(struct core_process) +
	    (size_t)(n + 1) * sizeof(ct));
	lseek(fd, (off_t)(ph.p_offset + sizeof(struct core_process)), SEEK_SET);
	CHECK_EQ(read(fd, &ct, sizeof(ct)), sizeof(ct));
	CHECK_EQ(check_thread(&ct, pid), -1);
	for (int i = 0; i < n; i++) {
		CHECK_EQ(read(fd, &ct, sizeof(ct)), sizeof(ct));
		CHECK(ct.ct_status.pr_pid > last);
		last = ct.ct_status.pr_pid;
		CHECK_EQ(ct.ct_status.pr_regs.cr_r12, MARK);
	}
	close(fd);
}

/*
 * All at once: each does something else that ends the process, or itself.
 */

static void
ends_somehow(void *arg)
{
	static char *argv[] = {"true", NULL};

	WAIT_UNTIL(load(&ready) == 1);
	switch ((intptr_t)arg % 5) {
	case 0:
	case 1:
		test_poke(24, 5);
		break;
	case 2:
		test_exit(3);
	case 3:
		sc(SYS_execve, "/bin/true", argv, NULL);
		break;
	default:
		sc(SYS_kill, getpid(), SIGQUIT);
		break;
	}
}

static void
end_at_once(void *arg)
{
	static struct mthread t[10];

	limit(1 << 24);
	for (intptr_t i = 0; i < (intptr_t)COUNT(t); i++)
		mthread_start(&t[i], ends_somehow,
		    (void *)(i + (intptr_t)arg));
	store(&ready, 1);
	for (;;)
		test_sleep_ms(1000);
}

/* One of them has had its will, and where it was a core, there is one. */
static void
against_each_other(const char *name, int round)
{
	pid_t pid = test_fork(end_at_once, (void *)(intptr_t)round);
	bool kills = round % 4 == 0;
	long status;

	if (kills)
		kill(pid, SIGKILL);
	status = test_wait(pid);
	if (kills && (status == SIGSEGV || status == SIGQUIT)) {
		/* It came while the core was written. */
		unlink(name);
		unlink("true.core");
		return;
	}
	CHECK(status == (SIGSEGV | _WCORE) || status == (SIGQUIT | _WCORE) ||
	    status == 3 << 8 || status == 0 || (kills && status == SIGKILL));
	/* An exec may have been first, and the signal have come then. */
	if (status & _WCORE)
		CHECK(unlink(name) == 0 || unlink("true.core") == 0);
	CHECK_EQ(unlink(name), -1);
}

/*
 * A large one, which SIGKILL cuts short.
 */

static void
dies_large(void *arg)
{
	(void)arg;
	limit(1 << 28);
	test_private(64UL << 20);
	test_poke(24, 5);
}

static void
killed_meanwhile(const char *name)
{
	pid_t pid = test_fork(dies_large, NULL);
	struct stat st;

	WAIT_UNTIL(stat(name, &st) == 0 && st.st_size > 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_EQ(test_wait(pid), SIGSEGV);
	CHECK(stat(name, &st) == 0 && st.st_size < 64 << 20);
	CHECK_EQ(unlink(name), 0);
}

/* Is the marked text in the file, behind the page of the headers? */
static bool
remembers(const char *name)
{
	static char page[TEST_PAGE];
	static const char text[] = "Remember this, mayfly";
	Elf64_Ehdr eh;
	int fd = open(name, O_RDONLY);
	bool found = false;
	ssize_t n;

	REQUIRE(fd >= 0);
	CHECK_EQ(read(fd, &eh, sizeof(eh)), sizeof(eh));
	CHECK(memcmp(eh.e_ident, ELFMAG, SELFMAG) == 0);
	CHECK_EQ(eh.e_type, ET_CORE);
	CHECK(eh.e_phnum > 3);
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, page, sizeof(page))) > 0)
		for (ssize_t i = 0; i + (ssize_t)sizeof(text) <= n; i++)
			found |= memcmp(page + i, text, sizeof(text)) == 0;
	close(fd);
	return found;
}

int
main(int argc, char **argv)
{
	static const char name[] = "/core.d/core_file.core";
	long status;
	pid_t pid;
	int n;

	test_begin(argc, argv);
	REQUIRE(mkdir("/core.d", 0700) == 0 && chdir("/core.d") == 0);
	/* None by default, nor of a signal that only kills. */
	limit(0);
	status = test_wait(test_fork(dies, (void *)SIGTERM));
	CHECK_EQ(status, SIGTERM);
	CHECK(access(name, F_OK) == -1);
	status = test_wait(test_fork(dies_small, NULL));
	CHECK_EQ(status, SIGSEGV);
	CHECK(access(name, F_OK) == -1);
	status = test_wait(test_fork(dies, NULL));
	CHECK_EQ(status, SIGSEGV | _WCORE);
	CHECK(WIFSIGNALED(status) && WCOREDUMP(status));
	CHECK(remembers(name));
	CHECK_EQ(unlink(name), 0);
	status = test_wait(test_fork(dies, (void *)SIGQUIT));
	CHECK_EQ(status, SIGQUIT | _WCORE);
	CHECK_EQ(unlink(name), 0);
	for (int i = 0; i < test_rounds(5, 100); i++) {
		pid = test_fork(dies_with_many, NULL);
		status = test_wait(pid);
		CHECK_EQ(status, SIGSEGV | _WCORE);
		check_notes(name, pid);
		CHECK_EQ(unlink(name), 0);
	}
	killed_meanwhile(name);
	n = test_rounds(64, 10000);
	pid = test_fork(dies_in_a_crowd, (void *)(intptr_t)n);
	CHECK_EQ(test_wait(pid), SIGSEGV | _WCORE);
	check_crowd(name, pid, n);
	CHECK_EQ(unlink(name), 0);
	for (int i = 0; i < test_rounds(20, 200); i++)
		against_each_other(name, i);
	CHECK_EQ(chdir("/"), 0);
	CHECK_EQ(rmdir("/core.d"), 0);
	return test_done();
}

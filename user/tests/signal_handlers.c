/*
 * signal_handlers.c -- handlers and masks of a process with one thread: what a
 * handler is told and sees, what is blocked meanwhile, what comes back when it
 * returns; calls that go on and calls that do not; what fork and exec keep.
 */
#include "user/tests/test.h"
#include <signal.h>
#include <ucontext.h>

TEST_ROWS("2.15 E89 N6 3.8");

#define WRITE_END 10 /* of a pipe, for the child */

static volatile int count, last_sig, last_code, nested, deepest;
static siginfo_t last_info;
static volatile uintptr_t last_rsp, last_addr;
static sigset_t mask_inside;

static sigset_t
set_of(int a, int b)
{
	sigset_t set;

	sigemptyset(&set);
	if (a != 0)
		sigaddset(&set, a);
	if (b != 0)
		sigaddset(&set, b);
	return set;
}

static void
note(int sig, siginfo_t *info, void *uc)
{
	count++;
	last_sig = sig;
	last_info = *info;
	last_rsp = (uintptr_t)__builtin_frame_address(0);
	sigprocmask(SIG_BLOCK, NULL, &mask_inside);
	(void)uc;
}

static void catch (int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction act = {.sa_sigaction = fn, .sa_flags = flags};

	CHECK_EQ(sigaction(sig, &act, NULL), 0);
}

/* Without SA_SIGINFO the second argument is the code, the fourth the address.
 */
static void
by_registers(int sig, siginfo_t *code, void *uc, uintptr_t addr)
{
	last_sig = sig;
	last_code = (int)(intptr_t)code;
	last_addr = addr;
	count++;
	(void)uc;
}

static void
arguments(void)
{
	sigset_t empty = set_of(0, 0), now;

	count = 0;
	catch (SIGUSR1, note, SA_SIGINFO);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(count, 1);
	CHECK_EQ(last_sig, SIGUSR1);
	CHECK_EQ(last_info.si_signo, SIGUSR1);
	CHECK_EQ(last_info.si_code, SI_USER);
	CHECK_EQ(last_info.si_pid, getpid());
	CHECK_EQ(last_info.si_uid, getuid());
	CHECK(sigismember(&mask_inside, SIGUSR1) == 1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	CHECK(memcmp(&now, &empty, sizeof(now)) == 0);

	catch (SIGUSR1,
	    (void (*)(int, siginfo_t *, void *))(void *)by_registers, 0);
	CHECK_EQ(lwp_kill(-1, 0, SIGUSR1), 0);
	CHECK_EQ(count, 2);
	CHECK_EQ(last_code, SI_USER);
}

static void
again(int sig, siginfo_t *info, void *uc)
{
	count++;
	nested++;
	deepest = nested > deepest ? nested : deepest;
	if (count < 5)
		kill(getpid(), sig);
	nested--;
	(void)info;
	(void)uc;
}

static void
flags(void)
{
	struct sigaction act;

	/* Blocked in its own handler: one after the other. */
	count = nested = deepest = 0;
	catch (SIGUSR2, again, SA_SIGINFO);
	kill(getpid(), SIGUSR2);
	CHECK_EQ(count, 5);
	CHECK_EQ(deepest, 1);
	/* Not blocked: one in the other. */
	count = nested = deepest = 0;
	catch (SIGUSR2, again, SA_SIGINFO | SA_NODEFER);
	kill(getpid(), SIGUSR2);
	CHECK_EQ(count, 5);
	CHECK_EQ(deepest, 5);
	/* Once, then the default again. */
	count = 0;
	catch (SIGWINCH, note, SA_SIGINFO | SA_RESETHAND);
	kill(getpid(), SIGWINCH);
	kill(getpid(), SIGWINCH);
	CHECK_EQ(count, 1);
	CHECK_EQ(sigaction(SIGWINCH, NULL, &act), 0);
	CHECK(act.sa_handler == SIG_DFL && act.sa_flags == 0);
	/* What cannot be caught. */
	CHECK_EQ(sc(SYS_sigaction, SIGKILL, &act, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_sigaction, SIGSTOP, &act, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_sigaction, SIGKILL, NULL, &act), 0);
	CHECK_EQ(sc(SYS_sigaction, 0, NULL, &act), -EINVAL);
	CHECK_EQ(sc(SYS_sigaction, 129, NULL, &act), -EINVAL);
	CHECK_EQ(sc(SYS_sigaction, -1, NULL, &act), -EINVAL);
	act.sa_flags = 0x4000;
	CHECK_EQ(sc(SYS_sigaction, SIGUSR1, &act, NULL), -EINVAL);
}

static void
masks(void)
{
	sigset_t set = set_of(SIGUSR1, SIGUSR2), old, pending;
	struct timespec none = {0}, ms = {.tv_nsec = 1000000};
	siginfo_t info;
	int sig;

	count = 0;
	catch (SIGUSR1, note, SA_SIGINFO);
	catch (SIGUSR2, note, SA_SIGINFO);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	CHECK_EQ(sc(SYS_sigprocmask, 4, &set, NULL), -EINVAL);
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	CHECK_EQ(count, 0);
	CHECK_EQ(sigpending(&pending), 0);
	CHECK(memcmp(&pending, &set, sizeof(set)) == 0);
	/* A wait takes one without its handler, the lowest number first. */
	CHECK_EQ(sigtimedwait(&set, &info, &none), SIGUSR1);
	CHECK_EQ(info.si_signo, SIGUSR1);
	CHECK_EQ(info.si_pid, getpid());
	CHECK_EQ(sigwait(&set, &sig), 0);
	CHECK_EQ(sig, SIGUSR2);
	CHECK_EQ(sc(SYS_sigtimedwait, &set, NULL, &none), -EAGAIN);
	CHECK_EQ(sc(SYS_sigtimedwait, &set, NULL, &ms), -EAGAIN);
	CHECK_EQ(count, 0);
	/* Unblocked, it comes before the call returns. */
	kill(getpid(), SIGUSR1);
	set = set_of(SIGUSR1, 0);
	CHECK_EQ(sigprocmask(SIG_UNBLOCK, &set, &old), 0);
	CHECK_EQ(count, 1);
	CHECK(sigismember(&old, SIGUSR1) == 1);
	/* In sigsuspend alone; and the mask of before is there again. */
	set = set_of(SIGUSR1, SIGUSR2);
	sigprocmask(SIG_SETMASK, &set, NULL);
	kill(getpid(), SIGUSR1);
	CHECK_EQ(count, 1);
	set = set_of(SIGUSR2, 0);
	CHECK_EQ(sc(SYS_sigsuspend, &set), -EINTR);
	CHECK_EQ(count, 2);
	CHECK(sigismember(&mask_inside, SIGUSR2) == 1);
	sigprocmask(SIG_BLOCK, NULL, &old);
	set = set_of(SIGUSR1, SIGUSR2);
	CHECK(memcmp(&old, &set, sizeof(set)) == 0);
	/* SIGKILL and SIGSTOP are never blocked. */
	memset(&set, 0xff, sizeof(set));
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigprocmask(SIG_BLOCK, NULL, &old);
	CHECK(!sigismember(&old, SIGKILL) && !sigismember(&old, SIGSTOP));
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	/* An ignored signal is not even pending. */
	signal(SIGUSR1, SIG_IGN);
	set = set_of(SIGUSR1, 0);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	sigpending(&pending);
	CHECK(!sigismember(&pending, SIGUSR1));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
killer(void *arg)
{
	pid_t parent = getppid();

	/* When it sleeps, most likely; and again, should it not have. */
	for (int i = 0; i < 3; i++) {
		test_sleep_ms(10);
		kill(parent, (int)(intptr_t)arg);
	}
	if ((intptr_t)arg == SIGUSR2)
		write(WRITE_END, "x", 1);
}

/* A read goes on after a handler with SA_RESTART, and ends without. */
static void
restart(void)
{
	int fds[2];
	char c = 0;
	pid_t pid;
	struct timespec ts = {.tv_sec = 5}, rem = {0};

	REQUIRE(pipe(fds) == 0);
	REQUIRE(dup2(fds[1], WRITE_END) == WRITE_END);
	count = 0;
	catch (SIGUSR1, note, SA_SIGINFO);
	pid = test_fork(killer, (void *)SIGUSR1);
	CHECK_EQ(sc(SYS_read, fds[0], &c, 1), -EINTR);
	CHECK(count > 0);
	/* With its handler about, a wait is interrupted, too. */
	signal(SIGUSR1, SIG_IGN);
	CHECK_EXIT(pid, 0);

	catch (SIGUSR2, note, SA_SIGINFO | SA_RESTART);
	count = 0;
	pid = test_fork(killer, (void *)SIGUSR2);
	CHECK_EQ(sc(SYS_read, fds[0], &c, 1), 1);
	CHECK_EQ(c, 'x');
	CHECK(count > 0);
	/* E89: so does a wait. */
	CHECK_EXIT(pid, 0);

	/* A sleep does not begin again, and tells what was left. */
	catch (SIGUSR2, note, SA_SIGINFO | SA_RESTART);
	pid = test_fork(killer, (void *)SIGUSR2);
	CHECK_EQ(sc(SYS_nanosleep, &ts, &rem), -EINTR);
	CHECK(rem.tv_sec >= 3 && rem.tv_sec <= 5);
	while (test_wait(pid) == -EINTR)
		;
	close(fds[0]);
	close(fds[1]);
	close(WRITE_END);
}

static char altstack[65536] __attribute__((aligned(16)));

static void
alternative_stack(void)
{
	stack_t ss = {.ss_sp = altstack, .ss_size = sizeof(altstack)}, old;

	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK_EQ(old.ss_flags, SS_DISABLE);
	ss.ss_size = MINSIGSTKSZ - 1;
	CHECK_EQ(sc(SYS_sigaltstack, &ss, NULL), -ENOMEM);
	ss.ss_size = sizeof(altstack);
	ss.ss_flags = 0x10;
	CHECK_EQ(sc(SYS_sigaltstack, &ss, NULL), -EINVAL);
	ss.ss_flags = 0;
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	catch (SIGUSR1, note, SA_SIGINFO);
	kill(getpid(), SIGUSR1);
	CHECK(last_rsp - (uintptr_t)altstack >= sizeof(altstack));
	catch (SIGUSR1, note, SA_SIGINFO | SA_ONSTACK);
	kill(getpid(), SIGUSR1);
	CHECK(last_rsp - (uintptr_t)altstack < sizeof(altstack));
	ss.ss_flags = SS_DISABLE;
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
}

/* Everything that a computation has in registers is there afterwards. */
static void
wild(int sig)
{
	double x = 3;

	(void)sig;
	__asm__ volatile("fldz; fldpi; fninit" : : : "memory");
	for (int i = 0; i < 100; i++)
		x = x * 1.5 + 1;
	__asm__ volatile("pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm7, %%xmm7;"
			 "pcmpeqd %%xmm15, %%xmm15"
			 :
			 :
			 : "xmm0", "xmm7", "xmm15");
	count = x > 0 ? count + 1 : 0;
}

static void
registers_stay(void)
{
	double sum = 0, expected = 0;
	sigset_t set = set_of(SIGUSR1, 0);

	signal(SIGUSR1, wild);
	count = 0;
	for (int i = 1; i <= 200; i++)
		expected += 1.0 / i;
	for (int i = 1; i <= 200; i++) {
		double term = 1.0 / i;
		long a = i, b = i * 3L, c = i * 5L;
		pid_t me = getpid();

		/* The system call is made with everything live. */
		__asm__ volatile("" : "+x"(term), "+r"(a), "+r"(b), "+r"(c));
		sc(SYS_kill, me, SIGUSR1);
		__asm__ volatile("" : "+x"(term), "+r"(a), "+r"(b), "+r"(c));
		CHECK(a == i && b == i * 3L && c == i * 5L);
		sum += term;
	}
	CHECK(sum == expected);
	CHECK_EQ(count, 200);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
faulted(int sig, siginfo_t *info, void *ucp)
{
	ucontext_t *uc = ucp;

	count++;
	last_sig = sig;
	last_info = *info;
	/* Over the instruction: it has three bytes at most. */
	uc->uc_mcontext.mc_rip = uc->uc_mcontext.mc_rbx;
}

#define FAULT(insn)                                                            \
	__asm__ volatile("lea 1f(%%rip), %%rbx; " insn "; 1:"                  \
			 :                                                     \
			 : "a"(0x123450), "c"(0), "d"(0)                       \
			 : "rbx", "memory")

static void
faults(void)
{
	count = 0;
	catch (SIGSEGV, faulted, SA_SIGINFO);
	catch (SIGFPE, faulted, SA_SIGINFO);
	catch (SIGILL, faulted, SA_SIGINFO);
	catch (SIGTRAP, faulted, SA_SIGINFO);
	catch (SIGBUS, faulted, SA_SIGINFO);
	FAULT("movl (%%rax), %%eax");
	CHECK_EQ(count, 1);
	CHECK_EQ(last_sig, SIGSEGV);
	CHECK_EQ(last_info.si_code, SEGV_MAPERR);
	CHECK_EQ(last_info.si_addr, 0x123450);
	FAULT("ud2");
	CHECK_EQ(count, 2);
	CHECK_EQ(last_sig, SIGILL);
	FAULT("divl %%ecx");
	CHECK_EQ(count, 3);
	CHECK_EQ(last_sig, SIGFPE);
	CHECK_EQ(last_info.si_code, FPE_INTDIV);
	FAULT("hlt");
	CHECK_EQ(count, 4);
	CHECK_EQ(last_sig, SIGBUS);
	FAULT("int3");
	CHECK_EQ(count, 5);
	CHECK_EQ(last_sig, SIGTRAP);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGFPE, SIG_DFL);
	signal(SIGILL, SIG_DFL);
	signal(SIGTRAP, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
}

static void
faults_blocked(void *arg)
{
	sigset_t all;

	if (arg != NULL)
		signal(SIGSEGV, SIG_IGN);
	else
		catch (SIGSEGV, faulted, SA_SIGINFO);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	test_poke(16, 1);
}

static void
in_child(void *arg)
{
	sigset_t set, old;
	struct sigaction act;

	(void)arg;
	/* Actions and mask come along, pending signals do not. */
	sigpending(&set);
	CHECK_EQ(sigismember(&set, SIGUSR1), 0);
	sigprocmask(SIG_BLOCK, NULL, &old);
	CHECK_EQ(sigismember(&old, SIGUSR1), 1);
	sigaction(SIGUSR1, NULL, &act);
	CHECK(act.sa_sigaction == note);
	/* And are its own. */
	signal(SIGUSR1, SIG_DFL);
}

static void
births(void)
{
	sigset_t set = set_of(SIGUSR1, 0);
	struct sigaction act;

	catch (SIGUSR1, note, SA_SIGINFO);
	count = 0;
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	CHECK_EXIT(test_fork(in_child, NULL), 0);
	sigaction(SIGUSR1, NULL, &act);
	CHECK(act.sa_sigaction == note);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK_EQ(count, 1);
	/* A fault cannot be blocked or ignored. */
	CHECK_KILLED(test_fork(faults_blocked, NULL), SIGSEGV);
	CHECK_KILLED(test_fork(faults_blocked, "ignored"), SIGSEGV);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < test_scale; i++) {
		arguments();
		flags();
		masks();
		restart();
		alternative_stack();
		registers_stay();
		faults();
		births();
	}
	return test_done();
}

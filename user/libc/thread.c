/*
 * thread.c -- threads for programs that only want one.
 *
 * struct thread lies at the top of the thread's stack.  The thread ends by
 * extexit(SETINT | LWP): the kernel sets th_dead when the stack is used no
 * more, and wakes whoever sleeps on it.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <mayfly.h>
#include "user/libc/libc.h"

struct thread {
	int th_dead;
	lwpid_t th_tid;
	void (*th_fn)(void *);
	void *th_arg;
	void *th_map; /* what thread_join() unmaps, NULL: nothing */
	size_t th_maplen;
};

#define DEFAULT_STACK 65536UL

static void
thread_main(void *arg)
{
	struct thread *th = arg;

	th->th_fn(th->th_arg);
	thread_exit(th);
}

void
thread_exit(struct thread *th)
{
	for (;;)
		extexit(EXTEXIT_LWP | EXTEXIT_SETINT, 1, &th->th_dead);
}

struct thread *
thread_create(void *stack, size_t size, void (*fn)(void *), void *arg)
{
	struct lwp_params params;
	struct thread *th;
	void *map = NULL;

	if (stack == NULL) {
		if (size == 0)
			size = DEFAULT_STACK;
		map = stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_ANON | MAP_PRIVATE, -1, 0);
		if (stack == MAP_FAILED)
			return NULL;
	}
	th = (struct thread *)(((uintptr_t)stack + size - sizeof(*th)) &
	    ~(uintptr_t)15);
	*th = (struct thread){
	    .th_fn = fn, .th_arg = arg, .th_map = map, .th_maplen = size};
	params = (struct lwp_params){.func = thread_main,
	    .arg = th,
	    .stack = th,
	    .tid1 = &th->th_tid};
	__shared_memory = true;
	if (lwp_create(&params) == -1) {
		if (map != NULL)
			munmap(map, size);
		return NULL;
	}
	return th;
}

int
thread_join(struct thread *th)
{
	while (__atomic_load_n(&th->th_dead, __ATOMIC_ACQUIRE) == 0)
		umtx_sleep(&th->th_dead, 0, 0);
	return th->th_map == NULL ? 0 : munmap(th->th_map, th->th_maplen);
}

lwpid_t
thread_tid(const struct thread *th)
{
	return th->th_tid;
}

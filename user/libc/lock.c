/*
 * lock.c -- newlib's locks (malloc, stdio, atexit, environment), by umtx.
 *
 * An address space may be shared by threads and by processes of rfork(RFMEM),
 * so a holder is named by both numbers.  As long as nothing has been shared
 * no system call is needed to tell who is asking: __shared_memory is set by
 * whoever starts a second thread of execution through this library.
 *
 * word: 0 free, 1 held, 2 held and somebody may sleep on it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/lock.h>
#include <mayfly.h>
#include "user/libc/libc.h"

struct __lock {
	int word;
	int depth;
	uint64_t owner;
};

struct __lock __lock___sinit_recursive_mutex;
struct __lock __lock___sfp_recursive_mutex;
struct __lock __lock___atexit_recursive_mutex;
struct __lock __lock___at_quick_exit_mutex;
struct __lock __lock___malloc_recursive_mutex;
struct __lock __lock___env_recursive_mutex;
struct __lock __lock___tz_mutex;
struct __lock __lock___dd_hash_mutex;
struct __lock __lock___arc4random_mutex;

bool __shared_memory;

static uint64_t
self(void)
{
	if (!__shared_memory)
		return 1;
	return (uint64_t)getpid() << 32 | (uint32_t)lwp_gettid();
}

void
__retarget_lock_init(_LOCK_T *lock)
{
	*lock = calloc(1, sizeof(struct __lock));
	if (*lock == NULL)
		abort();
}

void
__retarget_lock_init_recursive(_LOCK_T *lock)
{
	__retarget_lock_init(lock);
}

void
__retarget_lock_close(_LOCK_T lock)
{
	free(lock);
}

void
__retarget_lock_close_recursive(_LOCK_T lock)
{
	free(lock);
}

int
__retarget_lock_try_acquire(_LOCK_T lock)
{
	int old = 0;

	return __atomic_compare_exchange_n(&lock->word, &old, 1, false,
	    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void
__retarget_lock_acquire(_LOCK_T lock)
{
	if (__retarget_lock_try_acquire(lock))
		return;
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
		umtx_sleep(&lock->word, 2, 0);
}

void
__retarget_lock_release(_LOCK_T lock)
{
	if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		umtx_wakeup(&lock->word, 1);
}

/* Is the lock ours already?  Then it is held once more. */
static bool
again(_LOCK_T lock, uint64_t me)
{
	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != me)
		return false;
	lock->depth++;
	return true;
}

void
__retarget_lock_acquire_recursive(_LOCK_T lock)
{
	uint64_t me = self();

	if (again(lock, me))
		return;
	__retarget_lock_acquire(lock);
	__atomic_store_n(&lock->owner, me, __ATOMIC_RELAXED);
}

int
__retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	uint64_t me = self();

	if (again(lock, me))
		return 1;
	if (!__retarget_lock_try_acquire(lock))
		return 0;
	__atomic_store_n(&lock->owner, me, __ATOMIC_RELAXED);
	return 1;
}

void
__retarget_lock_release_recursive(_LOCK_T lock)
{
	if (lock->depth > 0) {
		lock->depth--;
		return;
	}
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
	__retarget_lock_release(lock);
}

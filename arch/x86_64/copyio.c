/*
 * copyio.c -- the kernel's way to the memory of the current process.
 *
 * Addresses and lengths come from the user: each function first makes sure
 * that nothing but user addresses is touched, then leaves the touching to
 * copyio.asm.  An address that is not mapped, or not mapped so, ends there in
 * EFAULT; a page that has yet to come is waited for (trap.c).
 */
#include "arch/x86_64/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/san/kasan.h"

_Static_assert(EFAULT == 14 && ENAMETOOLONG == 63, "copyio.asm");

int copyio_bytes(void *dst, const void *src, size_t len, void **onfault);
int copyio_string(char *dst, const char *src, size_t size, void **onfault,
    size_t *lenp);
int copyio_fetch32(const uint32_t *src, uint32_t *dst, void **onfault);
int copyio_store32(uint32_t *dst, uint32_t val, void **onfault);
int copyio_touch(void *addr, void **onfault);

/* [uaddr, uaddr + len) is below USER_MAX, and does not wrap. */
static inline bool
user_range(const void *uaddr, size_t len)
{
	return len <= USER_MAX && (uintptr_t)uaddr <= USER_MAX - len;
}

int
copyin(const void *uaddr, void *kaddr, size_t len)
{
	if (!user_range(uaddr, len))
		return EFAULT;
	kasan_write(kaddr, len);
	return copyio_bytes(kaddr, uaddr, len, &curthread->td_onfault);
}

int
copyout(const void *kaddr, void *uaddr, size_t len)
{
	if (!user_range(uaddr, len))
		return EFAULT;
	kasan_read(kaddr, len);
	return copyio_bytes(uaddr, kaddr, len, &curthread->td_onfault);
}

/* The critical section keeps page faults from being served (trap.c).
 * UNCHECKED: so it does not sleep. */
UNCHECKED int
copyout_now(const void *kaddr, void *uaddr, size_t len)
{
	int error;

	crit_enter();
	error = copyout(kaddr, uaddr, len); /* sleeps (not here) */
	crit_exit();
	return error;
}

int
copyinstr(const void *uaddr, char *kaddr, size_t size, size_t *lenp)
{
	size_t room = USER_MAX - (uintptr_t)uaddr, len;
	int error;

	if (!user_range(uaddr, 1))
		return EFAULT;
	kasan_write(kaddr, size);
	error = copyio_string(kaddr, uaddr, min(size, room),
	    &curthread->td_onfault, &len);
	/* The string goes on where user memory ends. */
	if (error == ENAMETOOLONG && room < size)
		return EFAULT;
	if (error == 0 && lenp != NULL)
		*lenp = len;
	return error;
}

int
fuword32(const void *uaddr, uint32_t *val)
{
	if (!user_range(uaddr, sizeof(*val)))
		return EFAULT;
	return copyio_fetch32(uaddr, val, &curthread->td_onfault);
}

int
suword32(void *uaddr, uint32_t val)
{
	if (!user_range(uaddr, sizeof(val)))
		return EFAULT;
	return copyio_store32(uaddr, val, &curthread->td_onfault);
}

int
user_touch_write(void *uaddr, size_t len)
{
	uintptr_t va = (uintptr_t)uaddr, end = va + len;
	int error = 0;

	if (!user_range(uaddr, len))
		return EFAULT;
	while (error == 0 && va < end) {
		error = copyio_touch((void *)va, &curthread->td_onfault);
		va = rounddown2(va, PAGE_SIZE) + PAGE_SIZE;
	}
	return error;
}

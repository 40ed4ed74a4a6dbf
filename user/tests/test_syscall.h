/*
 * test_syscall.h -- a system call without the C library: for test.h.
 *
 * Arguments in rdi, rsi, rdx, r10, r8, r9 and, the seventh, on the stack above
 * a return address; carry set means that rax is the error (spec 3.1).
 */
#pragma once

/* The result, or -errno. */
static inline long
sc_raw(long nr, long a, long b, long c, long d, long e, long f, long g)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	unsigned char failed;

	__asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
			 "pushq %[g]\n\t"
			 "pushq $0\n\t"
			 "syscall\n\t"
			 "leaq 144(%%rsp), %%rsp\n\t"
			 : "+a"(nr), "+D"(a), "+S"(b), "+d"(c), "+r"(r10),
			 "+r"(r8), "+r"(r9), "=@ccc"(failed)
			 : [g] "r"(g)
			 : "rcx", "r11", "memory");
	return failed ? -nr : nr;
}

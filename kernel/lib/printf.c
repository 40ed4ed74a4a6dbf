/*
 * printf.c -- kprintf and ksnprintf, over stb_sprintf.
 *
 * kprintf formats into a small buffer on the stack and hands each filling to
 * the console, which it holds from the first to the last: one call comes out
 * in one piece, whatever other CPUs print.
 */
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#ifdef SAN /* it writes words to any address otherwise */
#define STB_SPRINTF_NOUNALIGNED
#endif
#define STB_SPRINTF_NOFLOAT
#define STB_SPRINTF_STATIC
#define STB_SPRINTF_MIN 128
#define STB_SPRINTF_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#include "stb_sprintf.h"
#pragma GCC diagnostic pop

static char *
to_console(const char *buf, void *user, int len)
{
	console_write(buf, len);
	return user;
}

void
kvprintf(const char *fmt, va_list ap)
{
	char buf[STB_SPRINTF_MIN];

	console_enter();
	stbsp_vsprintfcb(to_console, buf, buf, fmt, ap);
	console_leave();
}

void
kprintf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	kvprintf(fmt, ap);
	va_end(ap);
}

int
ksnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = stbsp_vsnprintf(buf, (int)size, fmt, ap);
	va_end(ap);
	return n;
}

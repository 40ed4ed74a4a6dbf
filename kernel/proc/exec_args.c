/*
 * exec_args.c -- collecting the strings of a new program: see exec.h.
 *
 * The buffer starts small and doubles: most programs have few arguments.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exec.h"

#define ARGS_FIRST 1024

MALLOC_DEFINE(M_EXECARGS, "execargs");

static size_t
args_limit(const struct exec_args *ea)
{
	size_t pointers =
	    ((size_t)ea->ea_argc + (size_t)ea->ea_envc + 1) * sizeof(char *);

	return pointers < ARG_MAX ? ARG_MAX - pointers : 0;
}

/* Doubles the buffer, up to what the limit leaves for strings. */
static int
args_grow(struct exec_args *ea)
{
	size_t limit = args_limit(ea);
	size_t size = ea->ea_size != 0 ? ea->ea_size * 2 : ARGS_FIRST;
	char *buf;

	if (ea->ea_len >= limit || ea->ea_size >= ARG_MAX)
		return E2BIG;
	buf = kmalloc(size, &M_EXECARGS, 0);
	if (buf == NULL)
		return ENOMEM;
	if (ea->ea_buf != NULL)
		memcpy(buf, ea->ea_buf, ea->ea_len);
	kfree(ea->ea_buf, &M_EXECARGS);
	ea->ea_buf = buf;
	ea->ea_size = size;
	return 0;
}

int
exec_args_add_user(struct exec_args *ea, const void *ustr)
{
	size_t len;
	int error;

	for (;;) {
		size_t room = min(ea->ea_size, args_limit(ea));

		error = ENAMETOOLONG;
		if (room > ea->ea_len)
			error = copyinstr(ustr, ea->ea_buf + ea->ea_len,
			    room - ea->ea_len, &len); /* sleeps */
		if (error != ENAMETOOLONG)
			break;
		error = args_grow(ea);
		if (error != 0)
			break;
	}
	if (error == 0)
		ea->ea_len += len;
	return error;
}

int
exec_args_add(struct exec_args *ea, const char *str)
{
	size_t len = strlen(str) + 1;

	while (ea->ea_size - ea->ea_len < len) {
		int error = args_grow(ea);

		if (error != 0)
			return error;
	}
	memcpy(ea->ea_buf + ea->ea_len, str, len);
	ea->ea_len += len;
	return 0;
}

void
exec_args_free(struct exec_args *ea)
{
	kfree(ea->ea_buf, &M_EXECARGS);
	kfree(ea->ea_path, &M_EXECARGS);
}

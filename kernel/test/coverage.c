/*
 * coverage.c -- which lines of the kernel ran: in builds with COVERAGE=1 only.
 *
 * The compiler counts (-fprofile-arcs: a counter for each arc of a function's
 * flow graph that the others do not give) and leaves a record of each source
 * file, to which -fprofile-info-section puts a pointer into .gcov_info.  At
 * the end of the machine, a panic's too, arch/ calls coverage_dump(): it
 * writes the counters to the debug console, which tools/coverage turns into
 * the .gcda files that gcov reads:
 *
 *	gcov VERSION STAMP CHECKSUM FILE
 *	fn IDENT LINES CFG COUNTER...
 *
 * in hexadecimal, without functions that never ran.  The records' layout is
 * that of struct gcov_info in GCC's libgcc/libgcov.h, version 12 and later.
 *
 * This file alone is compiled without counters.  Nothing is locked: the other
 * CPUs have been stopped, interrupts are off.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

/* One for each entry of GCC's gcov-counter.def; those of arcs come first and
 * are the only ones that these flags make. */
#define COUNTER_KINDS (__GNUC__ >= 14 ? 9 : 8)
#define TEXT_MAX 512

_Static_assert(__GNUC__ >= 12, "struct gcov_info has another layout");

struct gcov_counters {
	uint32_t gc_num;
	const uint64_t *gc_values;
};

struct gcov_function {
	const struct gcov_file *gn_file;
	uint32_t gn_ident;
	uint32_t gn_lines;
	uint32_t gn_cfg;
	struct gcov_counters gn_arcs;
};

struct gcov_file {
	uint32_t gf_version;
	struct gcov_file *gf_next;
	uint32_t gf_stamp;
	uint32_t gf_checksum;
	const char *gf_name;
	void *gf_merge[COUNTER_KINDS];
	uint32_t gf_nfunctions;
	const struct gcov_function *const *gf_functions;
};

extern const struct gcov_file *const __gcov_info_start[];
extern const struct gcov_file *const __gcov_info_end[];

static char text[TEXT_MAX];
static size_t text_len;
static bool dumped; /* ATOMIC */

/* What the records name as the way to add two sets of counters; tools/coverage
 * adds them. */
void __gcov_merge_add(uint64_t *counters, unsigned n);
void
__gcov_merge_add(uint64_t *counters, unsigned n)
{
	panic("nobody merges %u counters at %p", n, (void *)counters);
}

static void
flush(void)
{
	debugcon_write(text, text_len);
	text_len = 0;
}

static void
put_string(const char *s)
{
	for (; *s != '\0'; s++) {
		if (text_len == TEXT_MAX)
			flush();
		text[text_len++] = *s;
	}
}

static void
put_number(uint64_t n)
{
	char digits[18], *d = &digits[17];

	*d = '\0';
	do {
		*--d = "0123456789abcdef"[n & 15];
		n >>= 4;
	} while (n != 0);
	*--d = ' ';
	put_string(d);
}

static void
dump_function(const struct gcov_function *fn)
{
	const struct gcov_counters *arcs = &fn->gn_arcs;
	uint32_t i = 0;

	while (i < arcs->gc_num && arcs->gc_values[i] == 0)
		i++;
	if (i == arcs->gc_num)
		return;
	put_string("fn");
	put_number(fn->gn_ident);
	put_number(fn->gn_lines);
	put_number(fn->gn_cfg);
	for (i = 0; i < arcs->gc_num; i++)
		put_number(arcs->gc_values[i]);
	put_string("\n");
}

static void
dump_file(const struct gcov_file *file)
{
	put_string("gcov");
	put_number(file->gf_version);
	put_number(file->gf_stamp);
	put_number(file->gf_checksum);
	put_string(" ");
	put_string(file->gf_name);
	put_string("\n");
	for (uint32_t i = 0; i < file->gf_nfunctions; i++) {
		if (file->gf_functions[i] != NULL)
			dump_function(file->gf_functions[i]);
	}
}

void
coverage_dump(void)
{
	if (atomic_swap(&dumped, true))
		return;
	if (!panicking)
		cpu_stop_others();
	for (const struct gcov_file *const *f = __gcov_info_start;
	     f < __gcov_info_end; f++)
		dump_file(*f);
	flush();
}

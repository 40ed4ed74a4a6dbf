/*
 * ubsan.c -- what code compiled with -fsanitize=undefined calls when it does
 * what the language leaves undefined: prints it and where, then panics.
 *
 * The compiler passes a record with the place in the source and the types,
 * and the values as they were.  Any context.
 */
#include "kernel/lib/lib.h"
#include "kernel/san/shadow.h"
#include "kernel/san/ubsan_abi.h"

#define KIND_INTEGER 0

static bool
is_signed(const struct ubsan_type *type)
{
	return type->ut_info & 1;
}

static unsigned
bits_of(const struct ubsan_type *type)
{
	return 1U << (type->ut_info >> 1);
}

/* A value of at most 64 bits is in the word itself, a longer one at it. */
static void
print_value(const struct ubsan_type *type, uintptr_t value)
{
	unsigned bits = bits_of(type);

	if (type->ut_kind != KIND_INTEGER || bits > 64)
		kprintf("a value of type %s", type->ut_name);
	else if (is_signed(type))
		kprintf("%ld", (long)(value << (64 - bits)) >> (64 - bits));
	else
		kprintf("%lu", value << (64 - bits) >> (64 - bits));
}

/* False: a report is being made already, on this CPU. */
static bool
begin(const struct ubsan_place *place, const char *what)
{
	if (!san_claim())
		return false;
	kprintf("\nubsan: %s at %s:%u:%u: ", what, place->up_file,
	    place->up_line, place->up_column);
	return true;
}

static void
end(const char *what)
{
	kprintf("\n");
	san_here();
	panic("ubsan: %s", what);
}

static void
arithmetic(const struct ubsan_overflow *uo, const char *op, uintptr_t a,
    uintptr_t b)
{
	if (!begin(&uo->uo_place, "overflow"))
		return;
	print_value(uo->uo_type, a);
	kprintf(" %s ", op);
	print_value(uo->uo_type, b);
	kprintf(" in %s", uo->uo_type->ut_name);
	end("overflow");
}

void
__ubsan_handle_add_overflow(void *data, uintptr_t a, uintptr_t b)
{
	arithmetic(data, "+", a, b);
}

void
__ubsan_handle_sub_overflow(void *data, uintptr_t a, uintptr_t b)
{
	arithmetic(data, "-", a, b);
}

void
__ubsan_handle_mul_overflow(void *data, uintptr_t a, uintptr_t b)
{
	arithmetic(data, "*", a, b);
}

void
__ubsan_handle_divrem_overflow(void *data, uintptr_t a, uintptr_t b)
{
	arithmetic(data, "/", a, b);
}

void
__ubsan_handle_negate_overflow(void *data, uintptr_t a)
{
	struct ubsan_overflow *uo = data;

	if (!begin(&uo->uo_place, "overflow"))
		return;
	kprintf("-(");
	print_value(uo->uo_type, a);
	kprintf(") in %s", uo->uo_type->ut_name);
	end("overflow");
}

void
__ubsan_handle_shift_out_of_bounds(void *data, uintptr_t a, uintptr_t b)
{
	struct ubsan_shift *us = data;

	if (!begin(&us->us_place, "shift out of bounds"))
		return;
	print_value(us->us_left, a);
	kprintf(" (%s) by ", us->us_left->ut_name);
	print_value(us->us_right, b);
	end("shift out of bounds");
}

void
__ubsan_handle_out_of_bounds(void *data, uintptr_t index)
{
	struct ubsan_bounds *ub = data;

	if (!begin(&ub->ub_place, "index out of bounds"))
		return;
	print_value(ub->ub_index, index);
	kprintf(" in %s", ub->ub_array->ut_name);
	end("index out of bounds");
}

void
__ubsan_handle_load_invalid_value(void *data, uintptr_t value)
{
	struct ubsan_invalid *ui = data;

	if (!begin(&ui->ui_place, "invalid value"))
		return;
	print_value(ui->ui_type, value);
	kprintf(" in %s", ui->ui_type->ut_name);
	end("invalid value");
}

/* The compiler's numbers for what is done with the object. */
static const char *
access_name(uint8_t kind)
{
	static const char *const names[] = { "read of", "write of",
		"reference to", "member of", "call of a member of" };

	return kind < nitems(names) ? names[kind] : "use of";
}

void
__ubsan_handle_type_mismatch_v1(void *data, uintptr_t p)
{
	struct ubsan_mismatch *um = data;
	uintptr_t align = 1UL << um->um_log_align;
	const char *what = p == 0 ? "null pointer" :
	    p & (align - 1)	  ? "misaligned pointer" :
				    "object too small";

	if (!begin(&um->um_place, what))
		return;
	kprintf("%s %s at %#lx", access_name(um->um_access),
	    um->um_type->ut_name, p);
	end(what);
}

void
__ubsan_handle_pointer_overflow(void *data, uintptr_t base, uintptr_t result)
{
	if (!begin(data, "pointer overflow"))
		return;
	kprintf("%#lx became %#lx", base, result);
	end("pointer overflow");
}

void
__ubsan_handle_builtin_unreachable(void *data)
{
	if (begin(data, "unreachable code"))
		end("unreachable code");
}

void
__ubsan_handle_nonnull_arg(void *data)
{
	if (begin(data, "null argument"))
		end("null argument");
}

void
__ubsan_handle_invalid_builtin(void *data)
{
	if (begin(data, "bad argument of a builtin"))
		end("bad argument of a builtin");
}

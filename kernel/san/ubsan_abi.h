/*
 * ubsan_abi.h -- the functions that code compiled with -fsanitize=undefined
 * calls (gcc's names), and the records that it passes.
 */
#pragma once

#include <stdint.h>

struct ubsan_place {
	const char *up_file;
	uint32_t up_line, up_column;
};

struct ubsan_type {
	uint16_t ut_kind; /* 0: an integer; then ... */
	uint16_t ut_info; /* ... bit 0: signed, the rest: log2 of its bits */
	char ut_name[];   /* in quotes */
};

struct ubsan_overflow {
	struct ubsan_place uo_place;
	struct ubsan_type *uo_type;
};

struct ubsan_shift {
	struct ubsan_place us_place;
	struct ubsan_type *us_left, *us_right;
};

struct ubsan_bounds {
	struct ubsan_place ub_place;
	struct ubsan_type *ub_array, *ub_index;
};

struct ubsan_invalid {
	struct ubsan_place ui_place;
	struct ubsan_type *ui_type;
};

struct ubsan_mismatch {
	struct ubsan_place um_place;
	struct ubsan_type *um_type;
	uint8_t um_log_align;
	uint8_t um_access;
};

void __ubsan_handle_add_overflow(void *data, uintptr_t a, uintptr_t b);
void __ubsan_handle_sub_overflow(void *data, uintptr_t a, uintptr_t b);
void __ubsan_handle_mul_overflow(void *data, uintptr_t a, uintptr_t b);
void __ubsan_handle_divrem_overflow(void *data, uintptr_t a, uintptr_t b);
void __ubsan_handle_negate_overflow(void *data, uintptr_t a);
void __ubsan_handle_shift_out_of_bounds(void *data, uintptr_t a, uintptr_t b);
void __ubsan_handle_out_of_bounds(void *data, uintptr_t index);
void __ubsan_handle_load_invalid_value(void *data, uintptr_t value);
void __ubsan_handle_type_mismatch_v1(void *data, uintptr_t p);
void __ubsan_handle_pointer_overflow(void *data, uintptr_t base,
    uintptr_t result);
void __ubsan_handle_builtin_unreachable(void *data);
void __ubsan_handle_nonnull_arg(void *data);
void __ubsan_handle_invalid_builtin(void *data);

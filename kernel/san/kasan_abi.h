/*
 * kasan_abi.h -- the functions that code compiled with
 * -fsanitize=kernel-address calls (gcc's names).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* How the compiler describes a global variable. */
struct asan_global {
	const void *ag_start;
	size_t ag_size;
	size_t ag_room; /* with what lies behind it */
	const char *ag_name;
	const char *ag_file;
	size_t ag_dynamic;
	const void *ag_location;
	uintptr_t ag_odr;
};

#define ASAN_REPORT(n)                                                         \
	void __asan_report_load##n##_noabort(uintptr_t va);                    \
	void __asan_report_store##n##_noabort(uintptr_t va)
ASAN_REPORT(1);
ASAN_REPORT(2);
ASAN_REPORT(4);
ASAN_REPORT(8);
ASAN_REPORT(16);
void __asan_report_load_n_noabort(uintptr_t va, size_t n);
void __asan_report_store_n_noabort(uintptr_t va, size_t n);
void __asan_loadN_noabort(uintptr_t va, size_t n);
void __asan_storeN_noabort(uintptr_t va, size_t n);
void __asan_handle_no_return(void);
void __asan_set_shadow_00(uint8_t *shadow, size_t n);
void __asan_set_shadow_f1(uint8_t *shadow, size_t n);
void __asan_set_shadow_f2(uint8_t *shadow, size_t n);
void __asan_set_shadow_f3(uint8_t *shadow, size_t n);
void __asan_register_globals(const struct asan_global *g, size_t n);
void __asan_unregister_globals(const struct asan_global *g, size_t n);

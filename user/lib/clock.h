/*
 * clock.h -- the time since boot in nanoseconds.
 */
#pragma once

#include <stdint.h>

uint64_t now_ns(void);
void sleep_ms(unsigned ms);

/*
 * version.h -- what the kernel calls itself.
 */
#pragma once

#define MAYFLY_VERSION "0.1"

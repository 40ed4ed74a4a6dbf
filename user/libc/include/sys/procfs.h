/*
 * sys/procfs.h -- ioctls on /proc/PID/mem.
 */
#pragma once

#include <sys/cdefs.h>
#include <kernel/abi/procfs.h>

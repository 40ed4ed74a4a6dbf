/*
 * sys/ioctl.h -- what a device can be told beside reads and writes.
 */
#pragma once

#include <sys/cdefs.h>
#include <kernel/abi/termios.h>

__BEGIN_DECLS
int ioctl(int, unsigned long, ...);
__END_DECLS

/*
 * reboot.h -- ways to end the machine, shared by the kernel and user programs.
 */
#pragma once

#define RB_AUTOBOOT 0	    /* start again */
#define RB_POWEROFF 0x4000  /* power off by ACPI */
/* Or'ed with a status of 0..255: end the emulator, with that status for
 * `./mayfly exec`. */
#define RB_EXEC_STATUS 0x01000000

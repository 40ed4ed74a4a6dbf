/*
 * errors.h -- errors that never leave the kernel (spec 3.4), beside those of
 * kernel/abi/errno.h.
 */
#pragma once

#define ERESTART (-1)	 /* the call begins again, after the signal */
#define EJUSTRETURN (-2) /* the registers are as they shall be */
#define ENOIOCTL (-3)	 /* somebody else's ioctl, or nobody's */

/*
 * unistd.h -- flags of rfork() and lseek(), shared by the kernel and user
 * programs.  Spec 2.10.
 */
#pragma once

#define RFFDG 0x4	    /* copy the descriptors */
#define RFPROC 0x10	    /* a new process, else: change this one */
#define RFMEM 0x20	    /* share the address space */
#define RFNOWAIT 0x40	    /* a child of init */
#define RFCFDG 0x1000	    /* no descriptors at all */
#define RFTHREAD 0x2000	    /* same chain of leader and peers */
#define RFSIGSHARE 0x4000   /* share the signal actions */
#define RFLINUXTHPN 0x10000 /* SIGUSR1 at the exit */

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

#define R_OK 4
#define W_OK 2
#define X_OK 1
#define F_OK 0

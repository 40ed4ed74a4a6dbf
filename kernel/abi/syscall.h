/*
 * syscall.h -- numbers of the native system calls.
 *
 * Spec 3.2.  One line a call, "#define SYS_name number" and nothing else:
 * tools/mkstubs reads this file to make the C library's stubs.
 * From 600 on they are Mayfly's own.
 */
#pragma once

#define SYS_exit 1
#define SYS_fork 2
#define SYS_read 3
#define SYS_write 4
#define SYS_open 5
#define SYS_close 6
#define SYS_wait4 7
#define SYS_unlink 10
#define SYS_chdir 12
#define SYS_fchdir 13
#define SYS_break 17
#define SYS_getpid 20
#define SYS_setuid 23
#define SYS_getuid 24
#define SYS_geteuid 25
#define SYS_ptrace 26
#define SYS_access 33
#define SYS_kill 37
#define SYS_getppid 39
#define SYS_dup 41
#define SYS_pipe 42
#define SYS_getegid 43
#define SYS_getgid 47
#define SYS_sigaltstack 53
#define SYS_ioctl 54
#define SYS_reboot 55
#define SYS_revoke 56
#define SYS_execve 59
#define SYS_umask 60
#define SYS_vfork 66
#define SYS_munmap 73
#define SYS_mprotect 74
#define SYS_getpgrp 81
#define SYS_setpgid 82
#define SYS_setitimer 83
#define SYS_getitimer 86
#define SYS_getdtablesize 89
#define SYS_dup2 90
#define SYS_fcntl 92
#define SYS_select 93
#define SYS_gettimeofday 116
#define SYS_getrusage 117
#define SYS_readv 120
#define SYS_writev 121
#define SYS_mkdir 136
#define SYS_rmdir 137
#define SYS_setsid 147
#define SYS_getrlimit 194
#define SYS_setrlimit 195
#define SYS_mmap 197
#define SYS_lseek 199
#define SYS_ftruncate 201
#define SYS_getpgid 207
#define SYS_poll 209
#define SYS_clock_gettime 232
#define SYS_nanosleep 240
#define SYS_rfork 251
#define SYS_getsid 310
#define SYS_yield 321
#define SYS___getcwd 326
#define SYS_sched_yield 331
#define SYS_sigprocmask 340
#define SYS_sigsuspend 341
#define SYS_sigaction 342
#define SYS_sigpending 343
#define SYS_sigreturn 344
#define SYS_sigtimedwait 345
#define SYS_sigwaitinfo 346
#define SYS_kqueue 362
#define SYS_kevent 363
#define SYS_umtx_sleep 469
#define SYS_umtx_wakeup 470
#define SYS_stat 475
#define SYS_fstat 476
#define SYS_lstat 477
#define SYS_getdirentries 479
#define SYS_getdents 480
#define SYS_usched_set 481
#define SYS_extexit 494
#define SYS_lwp_create 495
#define SYS_lwp_gettid 496
#define SYS_lwp_kill 497
#define SYS_pselect 499
#define SYS_procctl 536
#define SYS_wait6 548

#define SYS_census 600
#define SYS_proclist 601
#define SYS_exittrace 602
#define SYS_exitstages 603
#define SYS_failpoint 604
#define SYS_failcall 605
#define SYS_poisoncall 606

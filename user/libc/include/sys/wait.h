/*
 * sys/wait.h -- waiting for children.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/signal.h>
#include <kernel/abi/wait.h>

typedef enum idtype idtype_t;

__BEGIN_DECLS
pid_t wait(int *);
pid_t waitpid(pid_t, int *, int);
pid_t wait3(int *, int, struct rusage *);
pid_t wait4(pid_t, int *, int, struct rusage *);
pid_t wait6(idtype_t, id_t, int *, int, struct __wrusage *, siginfo_t *);
int waitid(idtype_t, id_t, siginfo_t *, int);
__END_DECLS

/*
 * pty.h -- pseudo-terminals, and becoming a terminal's session.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <termios.h>

__BEGIN_DECLS
int posix_openpt(int);
int grantpt(int);
int unlockpt(int);
char *ptsname(int);
/* A pair; the name, modes and size may be NULL. */
int openpty(int *master, int *slave, char *name, const struct termios *,
    const struct winsize *);
/* A new session with fd as its terminal and standard files; closes fd. */
int login_tty(int fd);
__END_DECLS

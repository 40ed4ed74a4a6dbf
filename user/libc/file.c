/*
 * file.c -- file calls of POSIX that stand on others.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#include <sys/stat.h>

int
isatty(int fd)
{
	struct termios tio;

	return tcgetattr(fd, &tio) == 0;
}

int
stat(const char *restrict path, struct stat *restrict st)
{
	int error, fd, rc;

	fd = open(path, O_RDONLY);
	if (fd == -1)
		return -1;
	rc = fstat(fd, st);
	error = errno;
	close(fd);
	errno = error;
	return rc;
}

int
creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int
getpagesize(void)
{
	return 4096;
}

DIR *
fdopendir(int fd)
{
	DIR *dir = malloc(sizeof(*dir));

	if (dir == NULL)
		return NULL;
	dir->dd_fd = fd;
	dir->dd_len = 0;
	dir->dd_next = 0;
	return dir;
}

DIR *
opendir(const char *path)
{
	struct stat st;
	DIR *dir = NULL;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			dir = fdopendir(fd);
		else
			errno = ENOTDIR;
	}
	if (dir == NULL)
		close(fd);
	return dir;
}

struct dirent *
readdir(DIR *dir)
{
	struct dirent *de;
	int n;

	if (dir->dd_next >= dir->dd_len) {
		n = getdents(dir->dd_fd, dir->dd_buf, sizeof(dir->dd_buf));
		if (n <= 0)
			return NULL;
		dir->dd_len = (size_t)n;
		dir->dd_next = 0;
	}
	de = (struct dirent *)(void *)(dir->dd_buf + dir->dd_next);
	dir->dd_next += _DIRENT_RECLEN(de->d_namlen);
	return de;
}

void
rewinddir(DIR *dir)
{
	dir->dd_len = 0;
	dir->dd_next = 0;
	lseek(dir->dd_fd, 0, SEEK_SET);
}

int
dirfd(DIR *dir)
{
	return dir->dd_fd;
}

int
closedir(DIR *dir)
{
	int fd = dir->dd_fd;

	free(dir);
	return close(fd);
}

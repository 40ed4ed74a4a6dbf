/*
 * far_key -- a child waits for a key by a kqueue that watches one that watches
 * the console; they do so only when it sleeps.
 */
#include <mayfly.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

static int
watch(int kq, int fd)
{
	struct kevent kev;

	EV_SET(&kev, fd, EVFILT_READ, EV_ADD, 0, 0, NULL);
	return kevent(kq, &kev, 1, NULL, 0, NULL);
}

int
main(void)
{
	int near = kqueue(), far = kqueue(), status;
	struct kevent kev;
	pid_t pid = rfork(RFPROC); /* shares the descriptors */

	if (pid == 0) {
		if (kevent(far, NULL, 0, &kev, 1, NULL) != 1)
			_exit(2);
		_exit(kev.ident == (uintptr_t)near ? 7 : 3);
	}
	sleep(1);
	if (watch(near, 0) != 0 || watch(far, near) != 0)
		return 1;
	if (waitpid(pid, &status, 0) != pid)
		return 4;
	return WEXITSTATUS(status);
}

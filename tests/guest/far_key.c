/* far_key -- waits for a key by a kqueue that watches one that watches the
 * console. */
#include <sys/event.h>
#include <unistd.h>

int
main(void)
{
	int near = kqueue(), far = kqueue();
	struct kevent kev;

	EV_SET(&kev, 0, EVFILT_READ, EV_ADD, 0, 0, NULL);
	if (kevent(near, &kev, 1, NULL, 0, NULL) != 0)
		return 1;
	EV_SET(&kev, near, EVFILT_READ, EV_ADD, 0, 0, NULL);
	if (kevent(far, &kev, 1, &kev, 1, NULL) != 1)
		return 2;
	return kev.ident == (uintptr_t)near ? 7 : 3;
}

/*
 * poweroff.c -- ends the machine.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <mayfly.h>

int
main(void)
{
	reboot(RB_POWEROFF);
	fprintf(stderr, "poweroff: %s\n", strerror(errno));
	return 1;
}

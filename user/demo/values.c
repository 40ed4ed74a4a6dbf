/*
 * values.c -- demonstration: the status that _exit() leaves.
 *
 * The low eight bits of the value reach the parent, and nothing else.
 */
#include <stdio.h>
#include <unistd.h>
#include "user/lib/scene.h"

static void
leave(int value)
{
	scene_last();
	_exit(value);
}

/* All values that fit, and the mean of their times. */
static void
all_values(void)
{
	int right = 0;
	int64_t ns, sum = 0;
	char text[32];

	for (int value = 0; value < 256; value++) {
		scene_begin();
		right += scene_wait(scene_fork(leave, value), &ns) == value
									  << 8;
		sum += ns;
	}
	snprintf(text, sizeof(text), "%d of 256 right", right);
	scene_row(
	    "exit 0..255", text, sum / 256, "256 pids, mean", right == 256);
}

int
main(void)
{
	scene_open();
	scene_die("exit(0)", leave, 0, SCENE_EXIT(0), NULL);
	scene_die("exit(1)", leave, 1, SCENE_EXIT(1), NULL);
	scene_die("exit(255)", leave, 255, SCENE_EXIT(255), NULL);
	scene_die("exit(256)", leave, 256, SCENE_EXIT(0), NULL);
	scene_die("exit(-1)", leave, -1, SCENE_EXIT(255), NULL);
	all_values();
	return scene_close();
}

/*
 * part1.c -- a program of two files, with the mathematics library.
 */
#include <math.h>
#include <stdio.h>

int part2(int n);

int
main(void)
{
	printf("%d %.3f\n", part2(20), sqrt(2.0));
	return 0;
}

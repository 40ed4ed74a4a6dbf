/*
 * part2.c -- the other file.
 */
int part2(int n);

int
part2(int n)
{
	return 2 * n + 2;
}

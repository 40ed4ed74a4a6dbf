/*
 * true.c -- exits with 0: the shortest life that a program can have.
 */
int
main(void)
{
	return 0;
}

/*
 * false.c -- exits with 1.
 */
int
main(void)
{
	return 1;
}

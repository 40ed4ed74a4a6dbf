/*
 * fault.c -- ends by a fault, whatever its arguments are.
 */
int
main(void)
{
	volatile int *nowhere = 0;

	*nowhere = 1;
	return 0;
}

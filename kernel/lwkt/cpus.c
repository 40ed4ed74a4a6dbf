/*
 * cpus.c -- the CPUs at boot: found, furnished, started.
 */
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"

static void
cpus_find(void)
{
	cpu_enumerate();
	for (int i = 0; i < ncpus; i++)
		lwkt_cpu_init(globaldata[i]);
}
SYSINIT(cpus_find, SI_SUB_CPU, SI_ORDER_FIRST, cpus_find);

SYSINIT(cpus_start, SI_SUB_SMP, SI_ORDER_FIRST, cpu_start_others);

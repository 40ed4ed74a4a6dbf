/*
 * kmain.c -- from the machine's start to the first process.
 *
 * The boot CPU comes here on the stack of thread0.  It becomes a thread like
 * any other, runs the start-up functions in order (SYSINIT), and sleeps for
 * ever; what runs from then on was made by them.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/md.h"
#include "kernel/sys/version.h"

static void
banner(void)
{
	if (cmdline_get("quiet") != NULL)
		return;
	kprintf("Mayfly " MAYFLY_VERSION ": %lu MiB of memory, %d CPU%s, "
		"clock %s, started by %s\n",
	    (unsigned long)(bootinfo.bi_mem_bytes >> 20), ncpus,
	    ncpus == 1 ? "" : "s", cpu_clock_name(), bootinfo.bi_loader);
}
SYSINIT(banner, SI_SUB_CREATE_INIT, SI_ORDER_FIRST, banner);

void
kmain(void)
{
	static const char forever;

	lwkt_bootstrap();
	sysinit_run();
	for (;;)
		tsleep(&forever, 0, "swapper", 0); /* nobody wakes it */
}

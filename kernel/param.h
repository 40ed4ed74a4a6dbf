/*
 * param.h -- the numbers that size the kernel.
 */
#pragma once

#define MAXCPU 255
#define CPUMASK_WORDS ((MAXCPU + 63) / 64)

#define PAGE_SIZE 4096UL
#define PAGE_SHIFT 12
#define PAGE_MASK (PAGE_SIZE - 1)

#define KSTACK_PAGES 4
#define KSTACK_SIZE (KSTACK_PAGES * PAGE_SIZE)

#define NS_PER_SEC 1000000000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_US 1000ULL

#define MAXCOMLEN 16	  /* bytes of a command's name */
#define PID_MAX 99999	  /* spec 3.12 */
#define PID_RESTART 100	  /* where numbers go on after PID_MAX */
#define TD_MAXTOKENS 16	  /* nested tokens of one thread */
#define SLEEPQ_BUCKETS 1024
#define IPIQ_SLOTS 16	  /* spec 2.2 */

/* A set of CPUs. */
struct cpumask {
	unsigned long m[CPUMASK_WORDS];
};

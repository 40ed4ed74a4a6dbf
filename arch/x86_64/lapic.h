/*
 * lapic.h -- the interrupt controller and the timer that each CPU has.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Interrupt vectors.  Device line n comes as VEC_DEVICE + n. */
#define VEC_DEVICE 0x30
#define NLINES 64
#define VEC_IPIQ 0xe0	   /* look at the messages */
#define VEC_SHOOTDOWN 0xe1 /* forget translations */
#define VEC_TIMER 0xef
#define VEC_SPURIOUS 0xff

/* Registers that lapic_timer.c uses. */
#define LAPIC_LVT_TIMER 0x320
#define LAPIC_TIMER_START 0x380
#define LAPIC_TIMER_COUNT 0x390
#define LAPIC_TIMER_DIVIDE 0x3e0
uint32_t lapic_read(unsigned reg);
void lapic_write(unsigned reg, uint32_t v);

/* Boot CPU, before any other: finds the registers. */
void lapic_init(void);
/* Each CPU for itself, interrupts disabled. */
void lapic_cpu_init(void);
/* lapic_timer.c: measures the timer against the clock, on the boot CPU; then
 * each CPU chooses its timer's mode. */
void lapic_timer_calibrate(void);
void lapic_timer_cpu_init(void);
uint32_t lapic_id(void);
void lapic_eoi(void);

/* Sends to one CPU and returns when the message has left.  Any context. */
void lapic_send_ipi(int cpuid, int vector);
void lapic_send_nmi(int cpuid);
/* To a CPU that does not run yet, by its APIC id. */
void lapic_send_init(uint32_t apicid);
void lapic_send_startup(uint32_t apicid, uint64_t page);

/* The timer interrupt of this CPU: true when its deadline has passed; else
 * the timer, whose counter is short, goes on. */
bool lapic_timer_fired(void);

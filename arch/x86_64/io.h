/*
 * io.h -- ports and device registers.
 */
#pragma once

#include <stdint.h>

static inline uint8_t
inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint16_t
inw(uint16_t port)
{
	uint16_t v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint32_t
inl(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void
outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void
outw(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline void
outl(uint16_t port, uint32_t v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

/* Memory of devices: one access of just this width, in program order. */
static inline uint32_t
mmio_read32(const volatile void *reg)
{
	return *(const volatile uint32_t *)reg;
}

static inline void
mmio_write32(volatile void *reg, uint32_t v)
{
	*(volatile uint32_t *)reg = v;
}

static inline uint64_t
mmio_read64(const volatile void *reg)
{
	return *(const volatile uint64_t *)reg;
}

static inline void
mmio_write64(volatile void *reg, uint64_t v)
{
	*(volatile uint64_t *)reg = v;
}

/*
 * rtc.c -- the battery's clock, read once while booting.
 *
 * Its registers change under the reader once a second, so they are read until
 * two readings agree and no update was under way.  Digits are binary or
 * packed decimal, hours of 24 or of 12: the clock says which.  It is taken to
 * run in UTC.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/io.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define PORT_INDEX 0x70
#define PORT_DATA 0x71

#define RTC_SECOND 0x00
#define RTC_MINUTE 0x02
#define RTC_HOUR 0x04
#define RTC_DAY 0x07
#define RTC_MONTH 0x08
#define RTC_YEAR 0x09
#define RTC_STATUS_A 0x0a
#define RTC_STATUS_B 0x0b
#define UPDATING 0x80
#define HOURS_24 0x02
#define BINARY 0x04
#define PM 0x80

#define TRIES 100000

struct rtc_time {
	uint8_t second, minute, hour, day, month, year, century;
};

static uint8_t
rtc_reg(uint8_t reg)
{
	outb(PORT_INDEX, reg);
	return inb(PORT_DATA);
}

static struct rtc_time
read_once(void)
{
	return (struct rtc_time){
		.second = rtc_reg(RTC_SECOND),
		.minute = rtc_reg(RTC_MINUTE),
		.hour = rtc_reg(RTC_HOUR),
		.day = rtc_reg(RTC_DAY),
		.month = rtc_reg(RTC_MONTH),
		.year = rtc_reg(RTC_YEAR),
		.century = acpi.ac_century ? rtc_reg(acpi.ac_century) : 0,
	};
}

static struct rtc_time
read_stable(void)
{
	struct rtc_time a = read_once(), b;

	for (int i = 0; i < TRIES; i++) {
		if (rtc_reg(RTC_STATUS_A) & UPDATING) {
			cpu_pause();
			continue;
		}
		b = read_once();
		if (memcmp(&a, &b, sizeof(a)) == 0)
			break;
		a = b;
	}
	return a;
}

static unsigned
digits(uint8_t v, bool binary)
{
	return binary ? v : (v >> 4) * 10U + (v & 15);
}

/* Days from 1970-01-01; years counted from March, so that the leap day is the
 * last of its year. */
static uint64_t
days(unsigned year, unsigned month, unsigned day)
{
	unsigned y = year - (month < 3);
	unsigned m = (month + 9) % 12;

	return y * 365UL + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day -
	    1 - 719468;
}

uint64_t
rtc_read_seconds(void)
{
	uint8_t status = rtc_reg(RTC_STATUS_B);
	bool binary = status & BINARY;
	struct rtc_time t = read_stable();
	unsigned hour = digits(t.hour & (uint8_t)~PM, binary);
	unsigned century = digits(t.century, binary);
	unsigned month = digits(t.month, binary);

	if (!(status & HOURS_24))
		hour = hour % 12 + (t.hour & PM ? 12 : 0);
	if (century < 19 || century > 29)
		century = 20;
	/* A clock that was never set must not lead to nonsense. */
	if (month < 1 || month > 12)
		month = 1;
	return days(century * 100 + digits(t.year, binary), month,
	    digits(t.day, binary)) * 86400 + hour * 3600UL +
	    digits(t.minute, binary) * 60UL + digits(t.second, binary);
}

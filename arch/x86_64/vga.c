/*
 * vga.c -- the text screen of a VGA, 80 by 25.
 *
 * Used where the loader says that the screen shows text or, when it says
 * nothing, where the VGA itself is in such a mode.  What is on the screen also
 * stands in memory, which is faster to read; and the screen scrolls by moving
 * its start through the 32 KiB of video memory, so that a new line costs one
 * line: all is written anew only when the end of that memory is reached.
 * console.c calls, and keeps writers apart.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/console.h"
#include "arch/x86_64/io.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define VIDEO_PA 0xb8000
#define VIDEO_ROWS (32768 / 2 / COLS)
#define COLS 80
#define ROWS 25
#define BLANK 0x0720 /* light grey on black */
#define TAB 8

#define PORT_CRTC 0x3d4
#define CRTC_COLUMNS 0x01
#define CRTC_START 0x0c
#define CRTC_CURSOR 0x0e
#define PORT_GC 0x3ce
#define GC_MISC 0x06
#define GC_MISC_MASK 0x0d
#define GC_MISC_TEXT 0x0c /* characters, memory at 0xb8000 */
#define PORT_MISC_READ 0x3cc
#define MISC_COLOUR 0x01

static bool present;
static uint16_t screen[ROWS][COLS];
static unsigned top; /* row of video memory at which the screen starts */
static unsigned row, col;

static volatile uint16_t *
video(unsigned r)
{
	return (volatile uint16_t *)PHYS_TO_DMAP(VIDEO_PA) + (top + r) * COLS;
}

static uint8_t
indexed_read(uint16_t port, uint8_t index)
{
	outb(port, index);
	return inb(port + 1);
}

/* Two registers, high byte first. */
static void
crtc_write16(uint8_t index, uint16_t v)
{
	outw(PORT_CRTC, (uint16_t)(index | (v & 0xff00)));
	outw(PORT_CRTC, (uint16_t)((index + 1) | v << 8));
}

/* A machine without VGA reads as all ones, which is no text mode. */
static bool
hardware_shows_text(void)
{
	return (inb(PORT_MISC_READ) & MISC_COLOUR) &&
	    (indexed_read(PORT_GC, GC_MISC) & GC_MISC_MASK) == GC_MISC_TEXT &&
	    indexed_read(PORT_CRTC, CRTC_COLUMNS) == COLS - 1;
}

static void
row_show(unsigned r)
{
	volatile uint16_t *v = video(r);

	for (unsigned c = 0; c < COLS; c++)
		v[c] = screen[r][c];
}

static void
row_blank(unsigned r)
{
	for (unsigned c = 0; c < COLS; c++)
		screen[r][c] = BLANK;
}

static void
new_line(void)
{
	col = 0;
	if (row < ROWS - 1) {
		row++;
		return;
	}
	memmove(screen[0], screen[1], sizeof(screen) - sizeof(screen[0]));
	row_blank(ROWS - 1);
	if (top + ROWS < VIDEO_ROWS) {
		top++;
		row_show(ROWS - 1);
	} else {
		top = 0;
		for (unsigned r = 0; r < ROWS; r++)
			row_show(r);
	}
	crtc_write16(CRTC_START, (uint16_t)(top * COLS));
}

static void
put(char ch)
{
	switch (ch) {
	case '\n':
		new_line();
		return;
	case '\r':
		col = 0;
		return;
	case '\b':
		col -= col > 0;
		return;
	case '\t':
		col = min(roundup2(col + 1, TAB), (unsigned)COLS - 1);
		return;
	}
	if ((uint8_t)ch < ' ')
		return;
	if (col == COLS)
		new_line();
	screen[row][col] = (uint16_t)((BLANK & 0xff00) | (uint8_t)ch);
	video(row)[col] = screen[row][col];
	col++;
}

void
vga_write(const char *s, size_t n)
{
	if (!present)
		return;
	while (n-- > 0)
		put(*s++);
	crtc_write16(CRTC_CURSOR,
	    (uint16_t)((top + row) * COLS + min(col, (unsigned)COLS - 1)));
}

void
vga_init(void)
{
	if (boot_screen == SCREEN_GRAPHICS ||
	    (boot_screen == SCREEN_UNKNOWN && !hardware_shows_text()))
		return;
	for (unsigned r = 0; r < ROWS; r++) {
		row_blank(r);
		row_show(r);
	}
	crtc_write16(CRTC_START, 0);
	present = true;
}

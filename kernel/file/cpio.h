/*
 * cpio.h -- reads archives in cpio's "new ASCII" format, one entry at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

#define CPIO_PATH_MAX 1024 /* of a name, with its NUL */

/* One or more archives after each other in memory. */
struct cpio {
	const uint8_t *c_base; /* STABLE */
	size_t c_len;	       /* STABLE */
	size_t c_off;	       /* OWNER of the next entry */
	size_t c_at;	       /* OWNER of the entry read last, for messages */
	unsigned c_archive;    /* OWNER which of the archives this is, from 0 */
	bool c_open;	       /* OWNER an archive has begun and not ended */
};

struct cpio_entry {
	char ce_name[CPIO_PATH_MAX]; /* OWNER no "..", no leading slash, no
					empty or "." parts; "": the root */
	const uint8_t *ce_data;	     /* OWNER ce_size bytes in the archive */
	uint32_t ce_size;	     /* OWNER */
	uint32_t ce_mode;	     /* OWNER S_IF* and permissions */
	uint32_t ce_uid, ce_gid;     /* OWNER */
	uint32_t ce_nlink;	     /* OWNER */
	uint32_t ce_mtime;	     /* OWNER */
	uint32_t ce_ino, ce_major, ce_minor; /* OWNER which file it is */
	uint32_t ce_rmajor, ce_rminor;	     /* OWNER which device */
};

void cpio_begin(struct cpio *c, const uint8_t *base, size_t len);
/* Reads the next entry.  NULL when it is there; CPIO_END after the last; else
 * what is wrong with the archive. */
const char *cpio_next(struct cpio *c, struct cpio_entry *ce);
extern const char CPIO_END[];

/*
 * cpio.c -- the parser of the initial file system's archive.
 *
 * ramfs.c calls in at boot.  The archive comes from outside: every number is
 * checked against what is left before it is used, and every name is brought
 * to a plain form or refused.  Archives may follow each other, with zeroes
 * between them (the way in which an overlay is added to an archive: by
 * appending).  Holds nothing, takes no lock, depends on nothing: the host's
 * fuzzer compiles this file as it is.
 *
 * Entry points: cpio_begin, cpio_next.
 */
#include "kernel/file/cpio.h"
#include "kernel/lib/lib.h"

#define HEADER_SIZE 110
#define HEADER_FIELDS 13
#define NAME_MAX 255 /* of a part of a path */

/* In the order in which they stand after the magic, eight digits each. */
enum field {
	F_INO,
	F_MODE,
	F_UID,
	F_GID,
	F_NLINK,
	F_MTIME,
	F_FILESIZE,
	F_MAJOR,
	F_MINOR,
	F_RMAJOR,
	F_RMINOR,
	F_NAMESIZE,
	F_CHECK,
};

const char CPIO_END[] = "end of archive";

void
cpio_begin(struct cpio *c, const uint8_t *base, size_t len)
{
	memset(c, 0, sizeof(*c));
	c->c_base = base;
	c->c_len = len;
}

static const char *
read_fields(const uint8_t *header, uint32_t *field)
{
	const uint8_t *s = header + 6;

	for (int i = 0; i < HEADER_FIELDS; i++) {
		field[i] = 0;
		for (int digit = 0; digit < 8; digit++, s++) {
			unsigned v;

			if (*s >= '0' && *s <= '9')
				v = *s - '0';
			else if ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'f')
				v = (*s | 0x20) - 'a' + 10;
			else
				return "a number is not hexadecimal";
			field[i] = field[i] << 4 | v;
		}
	}
	return NULL;
}

/* raw: a string of less than CPIO_PATH_MAX bytes. */
static const char *
plain_name(const char *raw, char *out)
{
	char *to = out;

	while (*raw != '\0') {
		size_t len = 0;

		while (raw[len] != '\0' && raw[len] != '/')
			len++;
		if (len == 2 && raw[0] == '.' && raw[1] == '.')
			return "a name contains \"..\"";
		if (len > NAME_MAX)
			return "a name is too long";
		if (len > 0 && !(len == 1 && raw[0] == '.')) {
			if (to != out)
				*to++ = '/';
			memcpy(to, raw, len);
			to += len;
		}
		raw += len;
		while (*raw == '/')
			raw++;
	}
	*to = '\0';
	return NULL;
}

/* Steps over the zeroes between archives.  True at the end of everything. */
static bool
skip_padding(struct cpio *c)
{
	while (c->c_off < c->c_len && c->c_base[c->c_off] == 0)
		c->c_off++;
	return c->c_off == c->c_len;
}

/* The header at c_off, and where name and data stand. */
static const char *
read_header(struct cpio *c, uint32_t *field, size_t *name, size_t *data)
{
	const uint8_t *header = c->c_base + c->c_off;
	size_t left = c->c_len - c->c_off;
	const char *wrong;

	if (left < HEADER_SIZE) {
		if (left >= 6 && memcmp(header, "070701", 6) != 0)
			return "bad magic number";
		return "truncated in a header";
	}
	if (memcmp(header, "070701", 6) != 0)
		return "bad magic number";
	wrong = read_fields(header, field);
	if (wrong != NULL)
		return wrong;
	if (field[F_NAMESIZE] < 2)
		return "a name is empty";
	if (field[F_NAMESIZE] > CPIO_PATH_MAX)
		return "a name is too long";
	*name = c->c_off + HEADER_SIZE;
	if (field[F_NAMESIZE] > c->c_len - *name)
		return "truncated in a name";
	if (strnlen((const char *)c->c_base + *name, field[F_NAMESIZE]) !=
	    field[F_NAMESIZE] - 1)
		return "a name does not end where it should";
	*data = roundup2(*name + field[F_NAMESIZE], 4);
	if (*data > c->c_len || field[F_FILESIZE] > c->c_len - *data)
		return "truncated in the contents of a file";
	return NULL;
}

const char *
cpio_next(struct cpio *c, struct cpio_entry *ce)
{
	uint32_t field[HEADER_FIELDS];
	size_t name, data;
	const char *wrong;

	ce->ce_name[0] = '\0';
	for (;;) {
		if (!c->c_open) {
			if (skip_padding(c))
				return CPIO_END;
			if (c->c_off % 4 != 0)
				return "bad magic number";
		}
		c->c_at = c->c_off;
		wrong = read_header(c, field, &name, &data);
		if (wrong != NULL)
			return wrong;
		c->c_open = true;
		c->c_off = min(roundup2(data + field[F_FILESIZE], 4),
		    c->c_len);
		if (strcmp((const char *)c->c_base + name, "TRAILER!!!") != 0)
			break;
		c->c_open = false;
		c->c_archive++;
	}
	ce->ce_data = c->c_base + data;
	ce->ce_size = field[F_FILESIZE];
	ce->ce_mode = field[F_MODE];
	ce->ce_uid = field[F_UID];
	ce->ce_gid = field[F_GID];
	ce->ce_nlink = field[F_NLINK];
	ce->ce_mtime = field[F_MTIME];
	ce->ce_ino = field[F_INO];
	ce->ce_major = field[F_MAJOR];
	ce->ce_minor = field[F_MINOR];
	ce->ce_rmajor = field[F_RMAJOR];
	ce->ce_rminor = field[F_RMINOR];
	return plain_name((const char *)c->c_base + name, ce->ce_name);
}

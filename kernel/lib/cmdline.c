/*
 * cmdline.c -- the kernel's arguments.
 *
 * Words apart by blanks; within double quotes a blank belongs to the word; a
 * backslash makes the next character an ordinary one.  That is what GRUB
 * writes for an argument that holds any of them.  Boot only: one buffer, no
 * lock.
 */
#include "kernel/lib/lib.h"
#include "kernel/md.h"

static char word[sizeof(bootinfo.bi_cmdline)];

/* Copies the word at *sp into the buffer, without its quotes; false when the
 * line has ended. */
static bool
next_word(const char **sp)
{
	const char *s = *sp;
	bool quoted = false;
	size_t n = 0;

	while (*s == ' ' || *s == '\t')
		s++;
	if (*s == '\0')
		return false;
	for (; *s != '\0' && (quoted || (*s != ' ' && *s != '\t')); s++) {
		if (*s == '"') {
			quoted = !quoted;
			continue;
		}
		if (*s == '\\' && s[1] != '\0')
			s++;
		word[n++] = *s;
	}
	word[n] = '\0';
	*sp = s;
	return true;
}

const char *
cmdline_get(const char *name)
{
	const char *s = bootinfo.bi_cmdline;
	size_t len = strlen(name);

	while (next_word(&s)) {
		if (strncmp(word, name, len) != 0)
			continue;
		if (word[len] == '\0')
			return word + len;
		if (word[len] == '=')
			return word + len + 1;
	}
	return NULL;
}

long
cmdline_num(const char *name, long dflt)
{
	const char *s = cmdline_get(name);
	bool negative = s != NULL && *s == '-';
	long n = 0;

	if (s == NULL || s[negative] == '\0')
		return dflt;
	for (s += negative; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > 99999999999999999)
			return dflt;
		n = n * 10 + (*s - '0');
	}
	return negative ? -n : n;
}

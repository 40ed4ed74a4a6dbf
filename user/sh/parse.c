/*
 * parse.c -- a line to pipelines.
 *
 *	line		pipeline { (; | &) pipeline }
 *	pipeline	command { | command }
 *	command		word { word }, with < FILE, > FILE, >> FILE, 2> FILE
 *
 * Words may be quoted by '...', "..." and \; # begins a comment.
 */
#include <stdio.h>
#include <string.h>
#include "user/sh/sh.h"

enum token {
	T_END,
	T_WORD,
	T_PIPE,
	T_AMP,
	T_SEMI,
	T_IN,
	T_OUT,
	T_APPEND,
	T_ERR,
	T_BAD, /* a quote without its end */
};

void
parse_start(struct parser *ps, const char *line)
{
	ps->pos = line;
	ps->word = ps->words;
}

/* The characters up to the quote q; false: there is no q. */
static bool
quoted(struct parser *ps, char q)
{
	while (*ps->pos != q) {
		if (q == '"' && ps->pos[0] == '\\' && ps->pos[1] != '\0')
			ps->pos++;
		if (*ps->pos == '\0')
			return false;
		*ps->word++ = *ps->pos++;
	}
	ps->pos++;
	return true;
}

static enum token
word(struct parser *ps, char **result)
{
	*result = ps->word;
	while (*ps->pos != '\0' && strchr(" \t|&;<>", *ps->pos) == NULL) {
		char c = *ps->pos++;

		if (c == '\'' || c == '"') {
			if (!quoted(ps, c))
				return T_BAD;
			continue;
		}
		if (c == '\\' && *ps->pos != '\0')
			c = *ps->pos++;
		*ps->word++ = c;
	}
	*ps->word++ = '\0';
	return T_WORD;
}

static enum token
next(struct parser *ps, char **result)
{
	while (*ps->pos == ' ' || *ps->pos == '\t')
		ps->pos++;
	switch (*ps->pos) {
	case '\0':
	case '#':
		return T_END;
	case '|':
		ps->pos++;
		return T_PIPE;
	case '&':
		ps->pos++;
		return T_AMP;
	case ';':
		ps->pos++;
		return T_SEMI;
	case '<':
		ps->pos++;
		return T_IN;
	case '>':
		ps->pos++;
		if (*ps->pos != '>')
			return T_OUT;
		ps->pos++;
		return T_APPEND;
	case '2':
		if (ps->pos[1] == '>') {
			ps->pos += 2;
			return T_ERR;
		}
		break;
	default:
		break;
	}
	return word(ps, result);
}

static int
bad(const char *why)
{
	fprintf(stderr, "sh: %s\n", why);
	return -1;
}

static int
redirect(struct parser *ps, struct command *cmd, enum token token)
{
	char *name;

	if (next(ps, &name) != T_WORD)
		return bad("a file name is missing");
	if (token == T_IN)
		cmd->in = name;
	else if (token == T_ERR)
		cmd->err = name;
	else
		cmd->out = name;
	if (token == T_OUT || token == T_APPEND)
		cmd->append = token == T_APPEND;
	return 0;
}

/* One command; *end: the token behind it. */
static int
command(struct parser *ps, struct command *cmd, enum token *end)
{
	char *text;

	memset(cmd, 0, sizeof(*cmd));
	for (;;) {
		enum token token = next(ps, &text);

		switch (token) {
		case T_WORD:
			if (cmd->argc == MAXARGS)
				return bad("too many words");
			cmd->argv[cmd->argc++] = text;
			break;
		case T_IN:
		case T_OUT:
		case T_APPEND:
		case T_ERR:
			if (redirect(ps, cmd, token) != 0)
				return -1;
			break;
		case T_BAD:
			return bad("a quote is not closed");
		default:
			*end = token;
			return 0;
		}
	}
}

int
parse_pipeline(struct parser *ps, struct pipeline *pl)
{
	enum token end;

	while (*ps->pos == ' ' || *ps->pos == '\t')
		ps->pos++;
	pl->text = ps->pos;
	pl->n = 0;
	do {
		if (pl->n == MAXCMDS)
			return bad("too many commands in one pipeline");
		if (command(ps, &pl->cmds[pl->n], &end) != 0)
			return -1;
		if (pl->cmds[pl->n].argc == 0) {
			if (pl->n == 0 && end == T_END && ps->pos == pl->text)
				return 0;
			return bad("a command is missing");
		}
		pl->n++;
	} while (end == T_PIPE);
	pl->background = end == T_AMP;
	pl->len = (size_t)(ps->pos - pl->text) - (end != T_END);
	while (pl->text[pl->len - 1] == ' ' || pl->text[pl->len - 1] == '\t')
		pl->len--;
	return 1;
}

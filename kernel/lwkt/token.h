/*
 * token.h -- soft locks that are lost while their holder blocks.
 *
 * A token serialises.  Its holder loses it when it blocks (every token at
 * once) and has all of them again before it runs on: so tokens need no order
 * and cannot deadlock against each other, and "test under the token, then
 * tsleep" cannot lose a wakeup.  The price: after anything that may block,
 * taking a second token included, look again at what the first one guards.
 * Recursive; released in reverse order; never taken by a hard interrupt, nor
 * inside a critical section or a spin lock.
 */
#pragma once

#include <stdbool.h>
#include "kernel/lockcheck.h"

struct thread;
struct tokref;

struct lwkt_token {
	struct tokref *t_ref; /* ATOMIC the first reference of the holder */
	const char *t_name;   /* STABLE for the panic's list */
};

/* One token in a thread's hand. */
struct tokref {
	struct lwkt_token *tr_tok; /* OWNER */
	struct thread *tr_owner;   /* STABLE */
};

#define TOKEN_INITIALIZER(name) { 0, name }

void lwkt_token_init(struct lwkt_token *tok, const char *name);
/* Takes the token.  May block: tokens already held are lost and regained. */
void lwkt_gettoken(struct lwkt_token *tok) UNCHECKED;
/* Takes the token if nobody else holds it; never blocks. */
bool lwkt_trytoken(struct lwkt_token *tok) UNCHECKED;
/* Lets go of the token taken last. */
void lwkt_reltoken(struct lwkt_token *tok) UNCHECKED;
/* Does the current thread hold it? */
bool lwkt_token_held(const struct lwkt_token *tok);
/* switch.c's part: all tokens of td at once; get fails without a trace. */
void lwkt_relalltokens(struct thread *td);
bool lwkt_getalltokens(struct thread *td);

#define ASSERT_TOKEN(tok) KKASSERT(lwkt_token_held(tok))

/*
 * jobs.h -- orphaned process groups (spec 2.13, X40).
 *
 * A group is orphaned when no member has a parent that is in another group of
 * the same session: nobody is left who would let it go on when it stops.  That
 * is found by looking, when somebody must know, not counted (D39); who looks
 * takes real parents for parents, whoever traces the children.
 */
#pragma once

#include <stdbool.h>
#include "kernel/lockcheck.h"

struct pgrp;

/* pg is held.  Does not block. */
bool pgrp_is_orphaned(struct pgrp *pg);

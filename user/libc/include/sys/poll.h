/*
 * sys/poll.h -- the old name of poll.h.
 */
#pragma once

#include <poll.h>

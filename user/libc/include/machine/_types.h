/*
 * machine/_types.h -- the widths of Mayfly's types (spec 3.6), in the form in
 * which newlib's <sys/_types.h> asks for them.
 */
#pragma once

#include <machine/_default_types.h>

typedef __uint32_t __dev_t;
#define __machine_dev_t_defined
typedef __uint32_t __uid_t;
#define __machine_uid_t_defined
typedef __uint32_t __gid_t;
#define __machine_gid_t_defined
typedef __int64_t __id_t;
#define __machine_id_t_defined
typedef __uint64_t __ino_t;
#define __machine_ino_t_defined
typedef __uint16_t __mode_t;
#define __machine_mode_t_defined

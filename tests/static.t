#!/bin/sh
# What can be said of the sources without running them.
. "$(dirname "$0")/lib.sh"

status "lint" 0 make --no-print-directory lint
status "guard words (make analyze)" 0 make --no-print-directory analyze

# The check is worth something only if it refuses a mistake.
refused()
{
	status "refused: $1" 1 tools/analyze "$tmp/planted.c"
	ok "refused for that reason: $1" grep -q "$2.*Wthread-safety" "$tmp/err"
}
plant()
{
	{
		echo '#include "kernel/lwkt/globaldata.h"'
		echo '#include "kernel/lwkt/sleep.h"'
		echo '#include "kernel/lwkt/thread.h"'
		echo '#include "kernel/lwkt/token.h"'
		echo '#include "kernel/proc/proc.h"'
		echo 'void planted(struct proc *p);'
		echo 'void planted(struct proc *p) {'
		cat
		echo '}'
	} >"$tmp/planted.c"
}
plant <<'END'
	noblock_enter();
	tsleep(p, 0, "planted", 0);
	noblock_exit();
END
refused "a sleep after the point of no sleep" "noblock"
plant <<'END'
	crit_enter();
	tsleep(p, 0, "planted", 0);
	crit_exit();
END
refused "a sleep in a critical section" "crit"
plant <<'END'
	lwp_find(p, 0);
END
refused "a call without the token" "proc_token"
plant <<'END'
	(void)p;
	crit_enter();
END
refused "a critical section that is not left" "crit"
plant <<'END'
	(void)p;
	crit_enter();
	crit_exit();
END
status "and what is right passes" 0 tools/analyze "$tmp/planted.c"

status "clang compiles the kernel without a warning" 0 \
	make --no-print-directory -j2 clang
for tool in mayfly .ci/run tools/setup tools/qemu tools/newlib tools/lint \
	tools/cc tools/mutant tools/mkinitrd tools/mkiso tools/walk; do
	ok "$tool is a shell script without a mistake" sh -n $tool
done
# Who sleeps where a signal ends it dies of SIGKILL: each such sleep of the
# kernel, by the name that ps shows, is a place of that test.  pgrp and ttybg
# are no places: those sleeps are over at once.
# spec: E10 E11
sleeps()
{
	cat kernel/*/*.c | tr '\n' ' ' | grep -o 'tsleep([^;]*;' |
		grep 'PCATCH\|PSTOP\|PKILL' | grep -o '"[a-z]*"' | sort -u
}
sleeps >"$tmp/sleeps"
ok "there are sleeps" test "$(wc -l <"$tmp/sleeps")" -gt 10
is "each is tried by sigkill_always" "$(grep -vxe '"pgrp"' -e '"ttybg"' \
	"$tmp/sleeps" | while read -r name; do
	grep -q "{in_.*, $name" user/tests/sigkill_always.c || echo "$name"
done)" ""
is "the mutants fit the sources" "$(for name in $(tools/mutant list); do
	tools/mutant source "$name" 2>&1 >"$tmp/mutant.c"
done)" ""
status "make walk prints the reasons" 0 make --no-print-directory walk
ok "make walk knows ORDER" grep -q 'ORDER:' "$tmp/out"
done_testing

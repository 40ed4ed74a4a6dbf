#!/bin/sh
# The programs of user/tests/, one boot for all of them, on 1, 2, 4 and 8
# CPUs.  /bin/testrun counts everything before and after each.
. "$(dirname "$0")/lib.sh"

for smp in $smp_list; do
	# shellcheck disable=SC2046
	relay "[$smp CPUs]" "./mayfly test ${MAYFLY_PATTERN:-user} --smp $smp" \
		./mayfly exec --smp "$smp" --timeout 1800 $(seed_options) \
		-- /bin/testrun ${MAYFLY_PATTERN:+"$MAYFLY_PATTERN"}
done
done_testing

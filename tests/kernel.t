#!/bin/sh
# The tests in the kernel (kernel/test/), on 1, 2, 4 and 8 CPUs.
. "$(dirname "$0")/lib.sh"

for smp in $smp_list; do
	relay "[$smp CPUs]" "./mayfly test kernel --smp $smp" \
		./mayfly exec --smp "$smp" --timeout 600 \
		--append "ktest${MAYFLY_PATTERN:+=$MAYFLY_PATTERN}" \
		-- /bin/true
done
done_testing

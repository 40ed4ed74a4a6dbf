#!/bin/sh
# The hooks of the exit path: once a process and not once a thread, in order,
# with the process whole; a handler may change the status.
# spec: E23 E24 E25 X24 X25 X26
. "$(dirname "$0")/lib.sh"
build_guest hooks

for smp in $smp_list; do
	status "[$smp CPUs] a process that is hooked ends # spec: E23 E24" 0 \
		./mayfly exec --smp "$smp" --append exithooks \
		--extra "$tmp/extra" -- /extra/hooks
	is "[$smp CPUs] once a process, whole, in order # spec: E23 E24" \
		"$(cat "$tmp/out")" 'status right
calls 51
faults 0'
done
done_testing

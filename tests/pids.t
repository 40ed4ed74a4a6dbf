#!/bin/sh
# With 300 numbers: those of a zombie, of a group and of a session are not
# given out again while they stand for something.
# spec: E52 E85 D49 2.46
. "$(dirname "$0")/lib.sh"
build_guest pids

for smp in $smp_list; do
	status "[$smp CPUs] numbers run out and come again # spec: E52" 0 \
		./mayfly exec --smp "$smp" --append pidmax=300 \
		--extra "$tmp/extra" -- /extra/pids
	is "[$smp CPUs] but not those that are in use # spec: E52 E85" \
		"$(cat "$tmp/out")" 'went round: yes
taken: 0
zombie: 7'
done
done_testing

#!/bin/sh
# With 60 processes: then even root's fork fails, and every reap makes room.
# spec: E88 E86 D49 2.46
. "$(dirname "$0")/lib.sh"
build_guest maxproc

for smp in $smp_list; do
	status "[$smp CPUs] a fork too many # spec: E88" 0 \
		./mayfly exec --smp "$smp" --append maxproc=60 \
		--extra "$tmp/extra" -- /extra/maxproc
	is "[$smp CPUs] is refused, and a reap makes room # spec: E88" \
		"$(cat "$tmp/out")" 'stopped: EAGAIN
stopped: EAGAIN
room: right
the same again: yes'
done
done_testing

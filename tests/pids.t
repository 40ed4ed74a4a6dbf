#!/bin/sh
# With 300 numbers: those of a zombie, of a group, of a session and of a
# terminal's foreground group are not given out again while they stand for
# something; and a file of /proc, or the owner of a pipe, does not stand for the
# process or group that has its number next.
# spec: E24 E31 E52 E85 D49 O8 2.25 2.46
. "$(dirname "$0")/lib.sh"
build_guest pids

for smp in $smp_list; do
	status "[$smp CPUs] numbers run out and come again # spec: E52" 0 \
		./mayfly exec --smp "$smp" --append pidmax=300 \
		--extra "$tmp/extra" -- /extra/pids
	is "[$smp CPUs] but not those that are in use # spec: E24 E31 E52 E85" \
		"$(cat "$tmp/out")" 'went round: yes
taken: 0
zombie: 7
stale files: dead
stale owners: 0'
done
done_testing

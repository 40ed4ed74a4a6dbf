#!/bin/sh
# How long a CPU is deaf: no stretch with interrupts disabled, nor under spin
# locks, is longer than 50,000 instructions.  Counted by the clock of the
# deterministic mode, in which an instruction is 8 ns; with several CPUs only
# stretches in which no other CPU has run.
# spec: 2.1
. "$(dirname "$0")/lib.sh"
limit=50000

# measure SMP ARGUMENT PROGRAM...: into $tmp/out.
measure()
{
	smp=$1 argument=$2
	shift 2
	./mayfly exec --smp "$smp" --seed 1 --timeout 600 \
		--append "latency=8 $argument" -- "$@" >"$tmp/out" 2>&1 </dev/null
}

# longest KIND, measured KIND: from the report.
longest()
{
	sed -n "s/^latency: $1 \([0-9]*\) instructions.*/\1/p" "$tmp/out"
}

measured()
{
	sed -n "s/^latency: $1 .* \([0-9]*\) measured.*/\1/p" "$tmp/out"
}

# storms SMP STRETCHES TEST...: at least so many stretches, none too long.
storms()
{
	smp=$1 least=$2
	shift 2
	measure "$smp" '' /bin/testrun "$@"
	is "$smp CPUs: the storms pass" $? 0
	for kind in 'interrupts off' 'spin-locked'; do
		ok "$smp CPUs: $kind, measured" \
			test "$(measured "$kind")" -ge "$least"
		ok "$smp CPUs: $kind, at most $(longest "$kind") instructions" \
			test "$(longest "$kind")" -le $limit
	done
	grep -A 2 '^latency' "$tmp/out" | sed 's/^/# /'
}

storms 1 100000 storm_fork storm_zombies storm_reparent
storms 4 100000 storm

# The measure sees a stretch that is too long, and where it was.
for way in long_off long_spin; do
	measure 2 "stuck=$way" /bin/true
	ok "$way: seen" test "$(sed -n 's/^latency: .* \([0-9]*\) instr.*/\1/p' \
		"$tmp/out" | sort -n | tail -n 1)" -gt $limit
	ok "$way: named" grep -q " $way+0x" "$tmp/out"
done
done_testing

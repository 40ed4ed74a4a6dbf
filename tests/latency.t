#!/bin/sh
# How long a CPU is deaf: no stretch with interrupts disabled, nor under spin
# locks, is longer than 50,000 instructions.  Counted by the clock of the
# deterministic mode, in which an instruction is 8 ns.  With one CPU that is
# exact, and judged; with several a stretch may hold what other CPUs ran
# meanwhile (kernel/lwkt/latency.h), so what they show is only told.
# spec: 2.1
. "$(dirname "$0")/lib.sh"
limit=50000

# measure SMP ARGUMENT PROGRAM...: into $tmp/out.
measure()
{
	smp=$1 argument=$2
	shift 2
	./mayfly exec --smp "$smp" --seed 1 --timeout 1800 \
		--append "latency=8 $argument" -- "$@" >"$tmp/out" 2>&1 </dev/null
}

# longest KIND: from the report.
longest()
{
	sed -n "s/^latency: $1 \([0-9]*\) instructions.*/\1/p" "$tmp/out"
}

# Stretches of a kind that are known not to be longer than the limit, or whose
# length is known.
known()
{
	sed -n "s/^latency: $1 .* \([0-9]*\) measured, \([0-9]*\) below.*/\1 \2/p" \
		"$tmp/out" | awk '{ print $1 + $2 }'
}

# storms SMP STRETCHES TEST...: so many stretches at least have been seen.
storms()
{
	smp=$1 least=$2
	shift 2
	measure "$smp" '' /bin/testrun "$@"
	is "$smp CPUs: the storms pass" $? 0
	for kind in 'interrupts off' 'spin-locked'; do
		ok "$smp CPUs: $kind, looked at" \
			test "$(known "$kind")" -ge "$least"
	done
	grep -A 2 '^latency' "$tmp/out" | sed 's/^/# /'
}

storms 1 100000 storm
for kind in 'interrupts off' 'spin-locked'; do
	ok "$kind: $(longest "$kind") instructions at most" \
		test "$(longest "$kind")" -le $limit
done
storms 4 100000 storm

# The measure sees a stretch that is too long, and where it was.
for way in long_off long_spin; do
	measure 1 "stuck=$way" /bin/true
	ok "$way: seen" test "$(sed -n 's/^latency: .* \([0-9]*\) instr.*/\1/p' \
		"$tmp/out" | sort -n | tail -n 1)" -gt $limit
	ok "$way: named" grep -q " $way+0x" "$tmp/out"
done
done_testing

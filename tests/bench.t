#!/bin/sh
# The benchmarks: every operation has a figure, the counted ones are the same on
# every run to the digit, and the stages of a death are told apart.
# spec: N5 D55
. "$(dirname "$0")/lib.sh"

MAYFLY_VARIANT=release
export MAYFLY_VARIANT
unset MAYFLY_SEED
groups='basic threads pipe'

counted()
{
	# shellcheck disable=SC2086
	./mayfly exec --icount --timeout 300 -- /bin/bench --tsv $groups \
		</dev/null
}
counted >"$tmp/one"
counted >"$tmp/two"
ok "two runs agree to the digit" cmp "$tmp/one" "$tmp/two"

status "bench --tsv" 0 ./mayfly bench --tsv
cp "$tmp/out" "$tmp/all"
ok "operation, parameter and figure, no more" \
	sh -c '! grep -qvE "^[a-z_]+	[^	]+	[0-9]+$" "$1"' - "$tmp/all"
for op in null_syscall fork_exit_wait vfork_exit_wait fork_exec_wait \
	thread_exit_join exit_threads reap_any reap_pid_random live_wait_any \
	live_wait_pid orphan_exit_live orphan_exit_zombie mem_exit_page \
	signal_return sigchld_latency kq_note_exit mem_touch_page \
	pipe_pingpong pty_switch boot_to_init parallel_fork; do
	ok "$op" grep -q "^$op	" "$tmp/all"
done
for n in 10 1000 10000 30000; do
	ok "one among $n zombies" grep -q "^reap_any	$n	" "$tmp/all"
done

# spread OPERATION: how much more the dearest of its figures is, in percent.
spread()
{
	awk -F'\t' -v op="$1" '
	$1 == op {
		if (low == 0 || $3 < low)
			low = $3
		if ($3 > high)
			high = $3
	}
	END { printf "%d", (high - low) * 100 / low }' "$tmp/all"
}
n=$(spread reap_any)
ok "a reap costs the same among many: $n % more at most" test "$n" -le 5
n=$(spread live_wait_any)
ok "and a wait beside many that live: $n % more at most" test "$n" -le 2

status "bench --stages" 0 ./mayfly bench --stages
for stage in siblings files memory publish tell leave scheduler; do
	ok "stage $stage" grep -qE "stage +$stage +[0-9]+$" "$tmp/out"
done
done_testing

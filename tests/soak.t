#!/bin/sh
# tools/soak: goes on until the time is over, and stops at a failure with the
# line that repeats it.
. "$(dirname "$0")/lib.sh"

status "until the time is over" 0 env SOAK_SEED=7 tools/soak 2s exit_status

# Until the second round has begun, however long that takes.
SOAK_SEED=7 tools/soak 100 exit_status </dev/null >"$tmp/out" 2>&1 &
soak=$!
while kill -0 $soak 2>/dev/null && ! grep -q 'seed 9' "$tmp/out"; do
	sleep 0.2
done
kill $soak
wait $soak
ok "deterministic, with a first seed" grep -q '^ok: --smp 4 --seed 7, 2 tests' \
	"$tmp/out"
ok "... and a second" grep -q '^ok: --smp 4 --seed 8, 2 tests' "$tmp/out"
ok "in parallel" grep -q '^ok: --smp 8 --append chaos=7, 2 tests' "$tmp/out"
ok "with new seeds" grep -q '^ok: --smp 4 --seed 9, 2 tests' "$tmp/out"
# There is no such test, which is a failure.
status "until a failure" 1 env SOAK_SEED=5 tools/soak 1 no_such_test
is "what to type to see it again" "$(sed -n 's/^replay: //p' "$tmp/out")" \
	"./mayfly exec --smp 4 --seed 5 --timeout 3600 -- /bin/testrun no_such_test"
status "usage" 2 tools/soak never
done_testing

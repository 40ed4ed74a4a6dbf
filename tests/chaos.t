#!/bin/sh
# Seeds: the same one gives the same run to the last event, another one gives
# another; delays, yields and moves all happen; and the user tests pass under
# twenty seeds.
# spec: N5 D04 D05 D08 D11 D14 D25 D48
. "$(dirname "$0")/lib.sh"

# trace SEED: what processes did when, all in virtual time.
trace()
{
	./mayfly exec --smp 4 --seed "$1" \
		-- sh -c '/demo/threads; stages -a' </dev/null 2>&1
}

trace 1 >"$tmp/one"
trace 1 >"$tmp/again"
trace 2 >"$tmp/two"
ok "the trace has events" grep -q scheduler "$tmp/one"
ok "the same seed, the same run" cmp -s "$tmp/one" "$tmp/again"
ok "another seed, another run" sh -c '! cmp -s "$1" "$2"' - \
	"$tmp/one" "$tmp/two"

# All three kinds of disturbance happen.
./mayfly exec --smp 4 --seed 1 -- sh -c '/demo/threads; census' </dev/null \
	>"$tmp/census" 2>&1
for kind in delays yields moves; do
	ok "chaos $kind" grep -q "^~chaos:$kind  *[1-9]" "$tmp/census"
done
MAYFLY_SEED='' ./mayfly exec --smp 4 -- sh -c '/demo/threads; census' \
	</dev/null >"$tmp/census" 2>&1
ok "none without a seed" sh -c '! grep -q "^~chaos:" "$1"' - "$tmp/census"

# The whole suite of user tests, with short storms, under each seed.
seeds=${MAYFLY_SEED:-$(seq 20)}
under_seeds "$seeds" --smp 4 --mem 128 -- /bin/testrun -b
for seed in $seeds; do
	relay_seed "$seed" "[seed $seed]" "./mayfly test chaos --seed $seed"
done
done_testing

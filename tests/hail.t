#!/bin/sh
# Births, deaths and waits under signals: while these tests run, all that they
# start is stopped and goes on, and gets signals that it ignores, over and over
# (testrun -s).  Left out are those that look for SIGCHLD or stops themselves, or
# measure time.
# spec: D15 D16 D40 2.16 E01 E02 E03 E04 E05 E06 E07 E08 E09 E12 E13 E28 E34
# spec: E39 E40 E52 E53 E54 E55 E57 E58 E66 E67 E68 E71 E72 E74 E75 E78 E79
# spec: E80 E82 E85 E86 E87 E88 E90
. "$(dirname "$0")/lib.sh"

tests='exec_ exit_kills exit_many exit_status exit_without extexit_ fpu_ limits_
	lwp_ memory_ nproc_ order_
	orphan_goes parallel_ pinned_ pipe_eof procctl_ proclist_ rfork_ shared_
	storm_chain storm_fork_exit storm_kill storm_orphan storm_re storm_rfork
	storm_threads storm_vfork storm_waiters threads_ umtx_ vfork_ wait6_
	wait_bad wait_err wait_give wait_ping wait_sel wait_t wait_w zombie_'

# hail WHERE OPTIONS
hail()
{
	# shellcheck disable=SC2086
	relay "[$1]" "./mayfly exec $2 -- /bin/testrun -b -s" \
		./mayfly exec $2 --timeout 900 -- \
		/bin/testrun -b -s $(echo $tests)
}

[ -n "${MAYFLY_SEED:-}" ] || hail '4 CPUs' '--smp 4'
for seed in ${MAYFLY_SEED:-1}; do
	hail "4 CPUs, seed $seed" "--smp 4 --seed $seed"
done
done_testing

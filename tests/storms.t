#!/bin/sh
# Storms at full length (testrun -f): births and deaths by the ten thousand, on
# 8 CPUs, with the census equal before and after each; then the same programs,
# shorter, in runs that repeat exactly.
# spec: N5 N7
. "$(dirname "$0")/lib.sh"

# What storm a program raises is in its first comment.
storms='exec_against_exit exit_many_threads extexit_all_threads
	lwp_create_against_exit sigkill_always storm_anything storm_chain
	storm_fork
	storm_itimer storm_kill storm_kqueue storm_orphan storm_proc storm_ps
	storm_ptrace storm_re storm_rfork storm_signals storm_threads storm_tty
	storm_vfork storm_waiters storm_zombies wait_two_threads'

# storm WHERE OPTIONS TESTRUN-ARGUMENTS
storm()
{
	# shellcheck disable=SC2086
	relay "[$1]" "./mayfly exec $2 -- /bin/testrun $3" \
		./mayfly exec $2 --timeout 1500 -- /bin/testrun $3
}

if [ -z "${MAYFLY_SEED:-}" ]; then
	# 20,000 zombies, 10,000 threads or a chain of 10,000 want memory.
	storm '8 CPUs' '--smp 8 --mem 2048' "-f $(echo $storms)"
	storm '2 CPUs' '--smp 2' '-f storm_fork_exit_wait'
	storm '8 CPUs, 96 MiB' '--smp 8 --mem 96' '-f storm_no_memory'
fi
seeds=${MAYFLY_SEED:-101 102}
tests="$(echo $storms) alloc_failures exit_needs_no_memory"
# shellcheck disable=SC2086
under_seeds "$seeds" --smp 8 -- /bin/testrun $tests
for seed in $seeds; do
	relay_seed "$seed" "[8 CPUs, seed $seed]" \
		"./mayfly exec --smp 8 --seed $seed -- /bin/testrun $tests"
done
done_testing

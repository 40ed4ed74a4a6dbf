#!/bin/sh
# A defence whose removal no test notices is not tested: each kernel of
# tests/mutants fails the test that stands beside it there, in the way that
# its record says, and the whole kernel passes the same run.  As many at a
# time as there are processors.
# MAYFLY_PATTERN: only mutants whose name begins so.
# spec: D03-D12 D14 D15 D17 D18 D22 D23 D25 D27-D29 D32 D33 D35 D36 D38 D43 D44
# D48-D50 D55 D56
# D61 D62 E21 E22 E24 E27 E53 E56 E71 E72 E83 E84
. "$(dirname "$0")/lib.sh"
unset MAYFLY_SEED

TRIES=20 # that a mutant may need: with the seeds that follow, if with any
ENOUGH=600 # seconds, after which there is no other try

# guest VARIANT CPUS SEED TEST...
guest()
{
	MAYFLY_VARIANT=$1 cpus=$2 seed=$3
	export MAYFLY_VARIANT
	shift 3
	# Ten seconds of a clock that counts instructions are always ten.
	watchdog=10
	[ "$seed" != - ] || watchdog=120
	case $1 in
	ktest:*) set -- --append "ktest=${1#ktest:}" -- /bin/true ;;
	host:*)
		MAYFLY_SMP=$cpus
		export MAYFLY_SMP
		exec prove -v -e sh "tests/${1#host:}.t" 2>&1
		;;
	*) set -- -- /bin/testrun -w $watchdog "$@" ;;
	esac
	[ "$seed" = - ] || set -- --seed "$seed" "$@"
	exec ./mayfly exec --smp "$cpus" --timeout 300 "$@" </dev/null 2>&1
}

# refused NAME: by the check of the guard words, which passes the whole source.
refused()
{
	tools/mutant source "$1" >"$tmp/$1.c" || return
	if tools/analyze "$tmp/$1.c" >"$tmp/$1" 2>&1; then
		echo "# not refused"
		return 1
	fi
	grep -E "$shows" "$tmp/$1" | sed 's/^/# /'
	grep -Eq "$shows" "$tmp/$1" && tools/analyze "$(tools/mutant get "$1" file)"
}

# whole CPUS SEED TEST...: does the unchanged kernel pass?  Each run is made
# once, whoever asks.
whole()
{
	key=$tmp/$(echo "$*" | tr ' ' +)
	(
		flock 9
		if [ ! -e "$key" ]; then
			rc=0
			(guest '' "$@") >"$key.out" || rc=$?
			echo "$rc" >"$key"
		fi
	) 9>"$key.lock"
	[ "$(cat "$key")" -eq 0 ] && return
	echo "# the whole kernel fails it, too: $*"
	tail -n 20 "$key.out" | sed 's/^/# /'
	return 1
}

# until_shown VARIANT CPUS SEED TEST...: ends the guest once it has said all
# that matters, for it may never end by itself.
until_shown()
{
	: >"$tmp/$name"
	guest "$@" >"$tmp/$name" &
	while kill -0 $! 2>/dev/null; do
		if grep -Eq "$shows" "$tmp/$name"; then
			kill $! 2>/dev/null
			break
		fi
		sleep 0.1
	done
	wait $!
}

noticed()
{
	name=$1 shows=$(tools/mutant get "$1" shows)
	# shellcheck disable=SC2046
	set -- $(tools/mutant get "$name" run)
	if [ "$1" = analyze ]; then
		refused "$name"
		return
	fi
	cpus=$1 seed=$2
	shift 2
	began=$(date +%s)
	for try in $(seq $TRIES); do
		[ $(($(date +%s) - began)) -lt $ENOUGH ] || break
		rc=0
		until_shown "mutant/$name" "$cpus" "$seed" "$@" || rc=$?
		if [ $rc -ne 0 ] && grep -Eq "$shows" "$tmp/$name"; then
			grep -Eom1 "($shows).*" "$tmp/$name" | sed "s/^/# $try: /"
			whole "$cpus" "$seed" "$@"
			return
		fi
		[ "$seed" = - ] || seed=$((seed + 1))
	done
	echo "# status $rc, and nothing that shows: $shows"
	tail -n 20 "$tmp/$name" | sed 's/^/# /'
	return 1
}

# The next of the list.
next_name()
{
	(
		flock 9
		head -n 1 "$tmp/names"
		sed -i 1d "$tmp/names"
	) 9>"$tmp/lock"
}

worker()
{
	while name=$(next_name) && [ -n "$name" ]; do
		verdict=ok
		noticed "$name" >"$tmp/$name.says" || verdict='not ok'
		{
			cat "$tmp/$name.says"
			echo "$verdict - $name: $(tools/mutant get "$name" why)" \
				"# spec: $(tools/mutant get "$name" rows)"
		} >"$tmp/$name.tap"
		[ "$verdict" = 'not ok' ] || rm -rf "build/mutant/$name"
		# One at a time on the pipe.
		flock "$tmp/lock" cat "$tmp/$name.tap"
	done
}

workers()
{
	for n in $(seq "$(nproc)"); do
		worker "$n" &
	done
	wait
	echo "1..$total"
}

tools/mutant list | grep "^${MAYFLY_PATTERN:-}" >"$tmp/names"
total=$(wc -l <"$tmp/names")
ok "there are mutants" test "$total" -gt 0
relay mutant "./mayfly test mutants" workers
done_testing

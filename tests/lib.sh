# lib.sh -- what the tests on the host share; each tests/*.t begins with
#	. "$(dirname "$0")/lib.sh"
# and ends with done_testing.  TAP goes to standard output.
#
# MAYFLY_SMP ("2 8"), MAYFLY_SEED and MAYFLY_PATTERN narrow a run down; the
# line that repeats a failing one is printed with it.

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
mkdir -p build/run
tmp=$(mktemp -d build/run/test.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
count=0
smp_list=${MAYFLY_SMP:-1 2 4 8}
unset MAYFLY_SMP

pass()
{
	count=$((count + 1))
	echo "ok $count - $*"
}

fail()
{
	count=$((count + 1))
	echo "not ok $count - $*"
}

# ok DESCRIPTION COMMAND...: passes when the command succeeds.
ok()
{
	what=$1
	shift
	if "$@"; then pass "$what"; else fail "$what"; fi
}

# is DESCRIPTION GOT EXPECTED
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		printf '%s\n' "got:      $2" "expected: $3" | sed 's/^/# /'
	fi
}

# status DESCRIPTION EXPECTED COMMAND...: by its exit status; what it prints
# goes to $tmp/out and $tmp/err.
status()
{
	what=$1 expected=$2
	shift 2
	rc=0
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
	if [ "$rc" -eq "$expected" ]; then
		pass "$what"
	else
		fail "$what"
		echo "# status $rc, expected $expected: $*"
		tail -n 20 "$tmp/out" "$tmp/err" | sed 's/^/# /'
	fi
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# relay PREFIX REPLAY COMMAND...: the command boots a guest that prints TAP.
# Its lines are numbered on, each with the prefix; a guest that does not come
# to its end fails one test more.
relay()
{
	prefix=$1 replay=$2
	shift 2
	{
		rc=0
		"$@" 2>&1 </dev/null || rc=$?
		printf '\n=== status %d\n' "$rc"
	} | awk -v n="$count" -v prefix="$prefix" -v replay="$replay" \
		-v last="$tmp/count" '
	{ sub(/\r$/, "") }
	/^=== status [0-9]+$/ { rc = $3; next }
	/^(not )?ok( |$)/ {
		bad = /^not/
		sub(/^(not )?ok *[0-9]* *-? */, "")
		print (bad ? "not ok " : "ok ") (++n) " - " prefix " " $0
		seen++
		failed += bad
		# prove shows standard error at once, and comments not at all.
		if (bad)
			printf "\n%snot ok %d - %s %s\n", said, n, prefix, \
			    $0 >"/dev/stderr"
		said = ""
		fflush()
		next
	}
	/^1\.\.[0-9]+/ { plan = substr($1, 4); next }
	$0 != "" {
		line = (/^#/ ? "" : "# ") $0
		print line
		if (length(said) < 4000)
			said = said line "\n"
	}
	END {
		all = plan != "" && plan + 0 == seen && rc <= 1
		print (all ? "ok " : "not ok ") (++n) " - " prefix \
		    " came to its end"
		if (!all)
			printf "\n%s# status %d, %d of %s tests\n", said, \
			    rc, seen, plan >"/dev/stderr"
		if (!all || failed)
			print "# replay: " replay >"/dev/stderr"
		print n >last
	}'
	count=$(cat "$tmp/count")
}

# under_seeds SEEDS ARGUMENTS: `mayfly exec` with the arguments under each of
# the seeds.  Such a guest runs on one CPU of the host: as many at a time as
# there are.  Then relay_seed SEED PREFIX REPLAY says what came of one.
under_seeds()
{
	seeds=$1
	shift
	export tmp
	# shellcheck disable=SC2016
	printf '%s\n' $seeds | xargs -P "$(nproc)" -I SEED sh -c '
		./mayfly exec --seed SEED --timeout 1500 "$@" \
			>"$tmp/seed.SEED" 2>&1 </dev/null
		echo $? >"$tmp/rc.SEED"' - "$@"
}

relay_seed()
{
	# shellcheck disable=SC2016
	relay "$2" "$3" sh -c 'cat "$1" && exit "$(cat "$2")"' - \
		"$tmp/seed.$1" "$tmp/rc.$1"
}

done_testing()
{
	echo "1..$count"
}

# build_guest NAME: compiles tests/guest/NAME.c; the folder for --extra is
# $tmp/extra.
build_guest()
{
	mkdir -p "$tmp/extra"
	for name; do
		./mayfly cc -O2 -Wall "tests/guest/$name.c" \
			-o "$tmp/extra/$name" || fail "mayfly cc $name"
	done
}

seed_options()
{
	if [ -n "${MAYFLY_SEED:-}" ]; then echo "--seed $MAYFLY_SEED"; fi
}

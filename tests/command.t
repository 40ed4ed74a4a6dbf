#!/bin/sh
# The words of ./mayfly: statuses, output, options, builds.
. "$(dirname "$0")/lib.sh"
build_guest hello die

# Exit statuses come through, and nothing but the program's output.
for n in 0 1 2 42 99 124 126 127 128 200 254 255; do
	status "exit($n)" $n ./mayfly exec --extra "$tmp/extra" -- \
		/extra/hello $n
done
is "output" "$(cat "$tmp/out")" hello
is "no output on standard error" "$(cat "$tmp/err")" ''
status "exit(256) is 0" 0 ./mayfly exec --extra "$tmp/extra" -- \
	/extra/hello 256
status "killed by 9" 137 ./mayfly exec --extra "$tmp/extra" -- /extra/die kill
status "killed by 11" 139 ./mayfly exec --extra "$tmp/extra" -- \
	/extra/die segv
status "killed by 4" 132 ./mayfly exec --extra "$tmp/extra" -- /extra/die ill
status "killed by 8" 136 ./mayfly exec --extra "$tmp/extra" -- /extra/die fpe
status "a program that does not end" 125 ./mayfly exec --timeout 4 \
	--extra "$tmp/extra" -- /extra/die sleep
status "a program that spins" 125 ./mayfly exec --timeout 4 --smp 1 \
	--extra "$tmp/extra" -- /extra/die spin
status "a panic" 125 ./mayfly exec --append init=/nowhere -- /bin/true
sed 's/Mayfly/Nobody/' "$tmp/extra/hello" >"$tmp/extra/unmarked"
chmod +x "$tmp/extra/unmarked"
status "a program without the mark" 126 ./mayfly exec --extra "$tmp/extra" -- \
	/extra/unmarked
status "no such program" 127 ./mayfly exec -- /bin/nowhere

# Arguments.
./mayfly exec --extra "$tmp/extra" -- /extra/hello 0 "a b" '' '"q" $x' \
	'two
lines' >"$tmp/out" </dev/null
is "arguments are kept as they are" "$(cat "$tmp/out")" \
	'hello [a b] [] ["q" $x] [two
lines]'

# Standard input is the guest's console.
# It has no end: cat is ended when the word has come, or never does.
printf 'from the host\n' >"$tmp/in"
./mayfly exec -- /bin/cat <"$tmp/in" >"$tmp/out" 2>/dev/null &
cat=$!
while kill -0 $cat 2>/dev/null && ! grep -q host "$tmp/out"; do
	sleep 0.2
done
kill $cat 2>/dev/null || :
wait $cat || :
is "standard input" "$(cat "$tmp/out")" 'from the host'

# Options.
status "--smp --mem --icount" 5 ./mayfly exec --smp 1 --mem 64 --icount \
	--extra "$tmp/extra" -- /extra/hello 5
status "--seed" 6 ./mayfly exec --smp 4 --seed 3 --timeout 300 \
	--extra "$tmp/extra" -- /extra/hello 6
for words in '--smp x' '--boot floppy' '--extra /nowhere' '--frob' ''; do
	# shellcheck disable=SC2086
	status "refused: exec $words" 2 ./mayfly exec $words
done
status "an unknown word" 2 ./mayfly frobnicate
status "help" 0 ./mayfly help
for word in run test exec cc bench debug setup help; do
	ok "help tells of $word" grep -q "mayfly $word" "$tmp/out"
done

# Two at a time.
./mayfly exec --extra "$tmp/extra" -- /extra/hello 3 >"$tmp/one" </dev/null &
first=$!
rc=0
./mayfly exec --extra "$tmp/extra" -- /extra/hello 4 >"$tmp/two" </dev/null ||
	rc=$?
is "two at once: the second" $rc 4
rc=0
wait $first || rc=$?
is "two at once: the first" $rc 3

# cc.
status "cc: two files" 0 ./mayfly cc -O2 -Wall -Werror tests/guest/part1.c \
	tests/guest/part2.c -o "$tmp/extra/parts"
status "cc: object files" 0 ./mayfly cc -c -Wall -Werror tests/guest/part2.c \
	-o "$tmp/part2.o"
is "cc -c is silent" "$(cat "$tmp/out" "$tmp/err")" ''
status "cc: link objects" 0 ./mayfly cc tests/guest/part1.c "$tmp/part2.o" \
	-o "$tmp/extra/parts2"
for parts in parts parts2; do
	status "$parts runs" 0 ./mayfly exec --extra "$tmp/extra" -- \
		/extra/$parts
	is "$parts computes" "$(cat "$tmp/out")" '42 1.414'
done
status "cc: an error is an error" 1 ./mayfly cc -c /dev/null/x.c -o "$tmp/x.o"
ok "the mark is in the program" sh -c \
	"readelf -n '$tmp/extra/parts' | grep -q Mayfly"

# Builds.
status "build" 0 make all iso
# What the second build touches; other topics make their builds meanwhile.
touched()
{
	find build -newer build/mayfly.elf -type f ! -path 'build/run/*' \
		! -path 'build/release/*' ! -path 'build/san/*' \
		! -path 'build/coverage/*' ! -path 'build/clang/*' \
		! -path 'build/mutant/*' | sort
}
before=$(touched)
status "build again" 0 make --no-print-directory all iso
is "the second build says nothing" "$(cat "$tmp/out" "$tmp/err")" ''
is "the second build does nothing" "$(touched)" "$before"

# A clone builds without leaving anything behind but build/.
if git rev-parse HEAD >/dev/null 2>&1; then
	git clone -q "$root" "$tmp/clone"
	mkdir -p "$tmp/clone/build"
	cp -R build/newlib "$tmp/clone/build/"
	status "a clone builds" 0 make -C "$tmp/clone" all
	is "a clone stays clean" "$(git -C "$tmp/clone" status --porcelain)" ''
else
	skip "a clone builds" "not in git"
fi
done_testing

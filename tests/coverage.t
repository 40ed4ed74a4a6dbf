#!/bin/sh
# COVERAGE=1 ./mayfly test: what ran is counted and reported, what did not run
# is not, and the guest does not see that it is counted.
. "$(dirname "$0")/lib.sh"

# In a whole run under COVERAGE=1 too, whose data lies elsewhere.
MAYFLY_COVERAGE=$root/$tmp/coverage
unset MAYFLY_VARIANT
export MAYFLY_COVERAGE
report=$MAYFLY_COVERAGE/report

status "exit_status passes, counted" 0 env COVERAGE=1 ./mayfly test \
	exit_status --smp 2
ok "its folders are printed" grep -q '^kernel/proc	' "$tmp/out"
ok "a page of all files" grep -q 'kernel/proc/exit.c' "$report/index.html"

# percent FILE: of its lines, in the summary.
percent()
{
	awk -v f="$1" '$1 == f { sub(/%/, "", $4); print $4 }' \
		"$report/summary.txt"
}

# hits FILE TEXT: how often the line came to pass that has TEXT.
hits()
{
	awk -F'\t' -v f="$1" -v text="$2" '
	$1 == f && index($4, text) { print $3; exit }' "$report/lines.txt"
}

n=$(percent kernel/proc/exit.c)
ok "some of exit.c ran, not all: ${n:-no} %" \
	test "${n:-0}" -ge 40 -a "${n:-0}" -lt 100
n=$(hits kernel/proc/exit.c 'exit_walk(lp, EXIT_TABLE_PROC)')
ok "processes have ended: ${n:-none}" test "${n:-0}" -ge 3
is "init has not died" "$(hits kernel/proc/exit.c 'panic("init died')" 0
is "nothing was provoked" "$(hits kernel/test/provoke.c \
	'sleep(&provoke_spin')" 0
is "a function of the boot ran once" "$(hits kernel/test/provoke.c \
	'cmdline_get("provoke")')" 1
is "no panic" "$(hits kernel/lib/panic.c 'cpu_stop_others()')" 0

# A second boot counts on, and a panic counts.
status "a panic" 125 env COVERAGE=1 ./mayfly exec --append \
	provoke=sleep_spinning -- /bin/sleep 20
is "two dumps" "$(find "$MAYFLY_COVERAGE/data" -type f | wc -l)" 2
status "the report of both" 0 tools/coverage "$MAYFLY_COVERAGE/data" "$report"
is "that function ran twice" "$(hits kernel/test/provoke.c \
	'cmdline_get("provoke")')" 2
is "something was provoked" "$(hits kernel/test/provoke.c \
	'sleep(&provoke_spin')" 1
is "the panic is counted" "$(hits kernel/lib/panic.c 'cpu_stop_others()')" 1

# Counters of a kernel that was compiled at another time are not its own.
sed -i 's/^gcov \([^ ]*\) [^ ]*/gcov \1 1234/' "$MAYFLY_COVERAGE"/data/*
status "foreign dumps are refused" 255 tools/gcda build/coverage "$tmp/gcda" \
	"$MAYFLY_COVERAGE"/data/*
ok "with the reason" grep -q 'no dump is of this kernel' "$tmp/err"
done_testing

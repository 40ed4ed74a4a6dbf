#!/bin/sh
# ./mayfly run at a terminal: the ways to die, a shell, power-off.
. "$(dirname "$0")/lib.sh"

cat >"$tmp/script" <<'END'
set timeout 300
spawn ./mayfly run
expect {
	"A shell" { puts "\nseen: the shell" }
	timeout { exit 1 }
	eof { exit 2 }
}
send "echo word\r"
expect {
	-re "word.*\[\r\n\]+.*word" { puts "\nseen: a command" }
	timeout { exit 3 }
	eof { exit 4 }
}
send "exit\r"
expect {
	eof { puts "\nseen: the end" }
	timeout { exit 5 }
}
lassign [wait] pid spawn os status
exit $status
END
status "a session at a terminal" 0 expect "$tmp/script"
for what in "the shell" "a command" "the end"; do
	ok "$what" grep -q "seen: $what" "$tmp/out"
done
done_testing

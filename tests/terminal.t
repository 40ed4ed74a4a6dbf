#!/bin/sh
# ./mayfly run at a terminal: the ways to die, a shell with job control,
# power-off.
# spec: 2.13 2.14
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
# seen TEXT REGEXP
proc seen {what re} {
	expect {
		-re $re { puts "\nseen: $what" }
		timeout { puts "\nno $what"; exit 3 }
		eof { exit 4 }
	}
}
# Its echo is all that tells that cat runs.
send "cat\r"
sleep 1
send "one\r"
seen "a program's line" "one\[\r\n\]+one\[\r\n\]+"
send "\003"
seen "^C" "SIGINT.*mayfly. "
send "sleep 1000\r"
sleep 1
send "\032"
seen "^Z" "stopped  sleep 1000.*mayfly. "
send "bg\r"
seen "bg" "mayfly. "
send "jobs\r"
seen "jobs" "running  sleep 1000.*mayfly. "
send "fg\r"
seen "fg" "sleep 1000\[\r\n\]+"
sleep 1
send "\003"
seen "^C after fg" "SIGINT.*mayfly. "
send "cat &\r"
seen "a stopped reader" "mayfly. "
sleep 1
send "jobs\r"
seen "a stopped reader" "stopped  cat.*mayfly. "
send "fg\r"
seen "fg of a reader" "cat\[\r\n\]+"
send "two\r"
seen "what it reads" "two\[\r\n\]+two\[\r\n\]+"
send "\004"
seen "the end of a file" "mayfly. "
send "exit\r"
expect {
	eof { puts "\nseen: the end" }
	timeout { exit 5 }
}
lassign [wait] pid spawn os status
exit $status
END
status "a session at a terminal" 0 expect "$tmp/script"
for what in "the shell" "a command" "a program's line" "^C" "^Z" jobs fg \
	"^C after fg" "a stopped reader" "what it reads" "the end of a file" \
	"the end"; do
	ok "$what" grep -Fq "seen: $what" "$tmp/out"
done
done_testing

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
# press KEYS TEXT REGEXP: again and again, for nothing tells when the program
# that they are for has the terminal; to the shell they are nothing.
proc press {keys what re} {
	global timeout
	set timeout 3
	for {set i 0} {$i < 100} {incr i} {
		send $keys
		expect {
			-re $re { puts "\nseen: $what"; set timeout 300; return }
			timeout {}
			eof { exit 4 }
		}
	}
	puts "\nno $what"
	exit 3
}
# Its echo is all that tells that cat runs.
send "cat\r"
sleep 1
press "one\r" "a program's line" "one\[\r\n\]+one\[\r\n\]+"
press "\003" "^C" "SIGINT.*mayfly. "
send "sleep 1000\r"
sleep 1
press "\032" "^Z" "stopped  sleep 1000.*mayfly. "
send "bg\r"
seen "bg" "mayfly. "
send "jobs\r"
seen "jobs" "running  sleep 1000.*mayfly. "
send "fg\r"
seen "fg" "sleep 1000\[\r\n\]+"
sleep 1
press "\003" "^C after fg" "SIGINT.*mayfly. "
send "cat &\r"
seen "a stopped reader" "mayfly. "
sleep 1
press "jobs\r" "a stopped reader" "stopped  cat.*mayfly. "
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

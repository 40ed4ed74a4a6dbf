#!/bin/sh
# A panic: init's death, with reason, backtrace, every CPU's thread; status
# 125.  Also what a damaged initial file system says is in boot.t.
# spec: E14 X16
. "$(dirname "$0")/lib.sh"
build_guest fault

# panic_of DESCRIPTION REASON INIT
panic_of()
{
	./mayfly exec --smp 2 --extra "$tmp/extra" --append "init=$3" \
		-- /bin/true >"$tmp/out" 2>&1 </dev/null
	is "$1: status 125 # spec: E14" $? 125
	ok "$1: the reason # spec: E14" grep -q "$2" "$tmp/out"
}

panic_of "init exits" 'panic: .*init died (signal 0, exit 1)' /bin/false
ok "the backtrace has names" grep -q 'exit1+0x' "$tmp/out"
ok "the first CPU's thread" grep -q '^cpu 0.*thread' "$tmp/out"
ok "the second CPU's thread" grep -q '^cpu 1.*thread' "$tmp/out"
ok "the thread's pid" grep -q 'false.* pid 1' "$tmp/out"
panic_of "init is killed by a fault" 'init died (signal 11, exit 0)' \
	/extra/fault
panic_of "no init" 'cannot be run: error 2' /nowhere
done_testing

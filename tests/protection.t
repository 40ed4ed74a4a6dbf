#!/bin/sh
# What the kernel does not let itself do: each ends in a panic with its name,
# status 125, and a backtrace through the guilty function.
# spec: 2.3 2.43
. "$(dirname "$0")/lib.sh"

# provoke WHAT REASON [WHAT THE BACKTRACE HAS]
provoke()
{
	./mayfly exec --smp 2 --append "provoke=$1" -- /bin/sleep 20 \
		>"$tmp/out" 2>&1 </dev/null
	is "$1: status 125" $? 125
	ok "$1: $2" grep -q "panic: .*$2" "$tmp/out"
	ok "$1: in the backtrace" grep -q "${3:-$1+0x}" "$tmp/out"
}

provoke write_text 'page fault.*error 0x3'
provoke write_rodata 'page fault.*error 0x3'
provoke exec_data 'page fault.*error 0x11' 'provoke+0x'
provoke exec_stack 'page fault.*error 0x11' 'trap_panic+0x'
# With sanitizers it is the shadow of that address that is not there.
null='page fault.*address 0x8'
[ "${MAYFLY_VARIANT:-}" != san ] || null='general protection fault'
provoke null_pointer "$null"
provoke stack 'kernel stack overflow' 'overflow+0x'
provoke sleep_spinning 'spin lock'
provoke free_twice 'twice'
provoke token 'with a token'
ok "the panic names the token held" grep -q 'provoked' "$tmp/out"
done_testing

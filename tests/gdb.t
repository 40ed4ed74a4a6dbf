#!/bin/sh
# The commands of tools/mayfly_gdb.py, on a machine that is stopped in the
# middle of something: see tests/guest/scene.c.
. "$(dirname "$0")/lib.sh"

if ! command -v gdb >/dev/null; then
	skip "gdb's commands" "no gdb"
	done_testing
	exit
fi
build_guest scene
mkdir -p "$tmp/root/etc" "$tmp/root/extra"
cp "$tmp/extra/scene" "$tmp/root/extra/"
printf '/extra/scene\0' >"$tmp/root/etc/exec"
tools/mkinitrd "$tmp/over.cpio" "$tmp/root"
cat build/initrd.cpio "$tmp/over.cpio" >"$tmp/initrd.cpio"

tools/qemu --smp 2 --kernel build/mayfly.elf --initrd "$tmp/initrd.cpio" \
	--append 'quiet console=raw exitdev' --console "$tmp/serial" \
	--gdb "$tmp/gdb" </dev/null >"$tmp/qemu" 2>&1 &
qemu=$!
trap 'kill $qemu 2>/dev/null; rm -rf "$tmp"' EXIT
tries=0
while [ ! -S "$tmp/gdb" ] && [ $tries -lt 600 ]; do
	sleep 0.1
	tries=$((tries + 1))
done

# The first stop: all is in its place.  Then: a thread enters its process,
# under the process's token.  Then: it is dead, and its CPU's task begins.
cat >"$tmp/script" <<'END'
set pagination off
set confirm off
hbreak sys_exitstages
continue
echo === procs\n
procs
echo === threads\n
threads
echo === runq\n
runq
echo === tokens\n
tokens
echo === trace\n
python
zombie = [p for p in all_procs().values() if int(p["p_stat"]) == 4][0]
gdb.execute("trace %d" % int(zombie["p_pid"]))
print("=== backtrace")
asleep = [td for td in all_threads() if td["td_wmesg"] and
          td["td_wmesg"].string() == "wait"][0]
gdb.execute("bt-thread %d" % int(asleep))
end
delete
hbreak lwp_enter
continue
echo === token\n
tokens
delete
hbreak reaplwps
continue
echo === dead\n
dead
detach
END
timeout 300 gdb -q -nx -batch -ex 'target remote '"$tmp/gdb" \
	-x tools/mayfly_gdb.py -x "$tmp/script" build/mayfly.elf \
	>"$tmp/out" 2>&1 </dev/null
rc=$?
is "gdb ends well" $rc 0
[ $rc -eq 0 ] || tail -n 5 "$tmp/out" | sed "s|^|# |"
kill "$qemu" 2>/dev/null || :
wait "$qemu" || :

# says DESCRIPTION PART PATTERN: a line of what this command has printed.
missed=0
says()
{
	awk -v part="$2" '/^=== / { inside = $2 == part; next } inside' \
		"$tmp/out" >"$tmp/part"
	if grep -qE "$3" "$tmp/part"; then
		pass "$1"
	else
		fail "$1"
		missed=$((missed + 1))
	fi
}

says "procs: init waits" procs '^ +1 +active .* init +[0-9]+ wait$'
says "procs: a zombie, with its master off the CPU" procs \
	'zombie,WEXIT.* 0/0 +[0-9]+ gone +scene'
says "procs: a reader of a pipe" procs 'active .* scene +[0-9]+ pipe'
says "procs: a process of three threads" procs \
	' 3/3 .*scene .*(umtx.*){2}'
says "threads: a sleeper" threads 'scene +[0-9]+/[0-9]+ .* umtx'
says "threads: flags by name" threads 'idle .* (RUNNING\|.*)?IDLE'
says "threads: who runs" threads 'scene .*RUNNING.*\(runs on CPU [01]\)'
says "runq: both CPUs" runq '^cpu 1: runs '
says "runq: the designated" runq 'designated: scene [0-9]+/'
says "runq: who waits to be" runq 'user level +[0-9]+: scene [0-9]+/'
says "tokens: given up in a sleep" tokens 'proc \(pid 1\) .* let go'
says "trace: the first stage" trace ' siblings$'
says "trace: the zombie is published" trace ' publish$'
says "trace: a thread's last stage" trace '   scheduler$'
says "bt-thread: names" backtrace 'kern_wait at kernel/proc/wait\.c'
says "tokens: held" token 'proc \(pid [0-9]+\) .* held$'
says "dead: the thread that has ended" dead '^ +0x.* scene [0-9]+/[0-9]+, '
if [ "$missed" -gt 0 ]; then sed 's/^/# /' "$tmp/out"; fi

# ./mayfly debug brings them along.
# Another topic's build may come first.
echo 'help procs' | timeout 900 ./mayfly debug >"$tmp/out" 2>&1
ok "./mayfly debug has them" grep -q 'the tree of processes' "$tmp/out"
done_testing

#!/bin/sh
# The watchdog: what has come to a standstill is found and named, with all that
# sleeps or spins; what only waits is left alone, and an idle machine is quiet.
# spec: 2.3 2.7
. "$(dirname "$0")/lib.sh"

# stuck WAY CPUS REASON PATTERN PROGRAM...: the panic names the reason, and the
# dump has the pattern.
stuck()
{
	way=$1 smp=$2 reason=$3 pattern=$4
	shift 4
	# A host that stands still for seconds can make another CPU, and another
	# reason, come first.
	for try in 1 2 3; do
		rc=0
		./mayfly exec --smp "$smp" \
			--append "stuck=$way watchdog=2" -- "$@" \
			>"$tmp/out" 2>&1 </dev/null || rc=$?
		grep -qE "panic: .*watchdog: $reason" "$tmp/out" && break
	done
	is "$way, $smp CPUs: status 125" $rc 125
	ok "$way, $smp CPUs: named" grep -qE "panic: .*watchdog: $reason" \
		"$tmp/out"
	ok "$way, $smp CPUs: in the dump" grep -qE "$pattern" "$tmp/out"
}

circle='deadlock: stuck-[01] waits for stuck-[01] waits for stuck-[01]'
stuck two_sleeps 3 "$circle" \
	'stuck-0 cpu 2 .*sleeps stuck .*waits for stuck-1' /bin/sleep 50
ok "the processes" grep -q '^process 1 parent 0 active.* init$' "$tmp/out"
ok "who sleeps on what" grep -q 'sleep pid 2/0 .*sleeps nanslp' "$tmp/out"
ok "each CPU" grep -q '^cpu [012]: idle, queues 0' "$tmp/out"
# A third CPU sees it; without one, a CPU that spins does.
stuck two_spins 3 "$circle" 'holds stuck-0 spins for stuck-1 of stuck-1' \
	/bin/sleep 50
stuck two_spins 2 'stuck-[01] spins for stuck-[01]' "^$circle" /bin/sleep 50
ok "the backtrace of a stopped CPU" grep -q 'two_spins+0x' "$tmp/out"
stuck deaf 2 'CPU 1 does not answer, in stuck-0' 'deaf\+0x' /bin/sleep 50
stuck lost_wakeup 2 'nothing can make progress' \
	'init pid 1/0 .*A WAKEUP WAS LOST' /bin/sleep 1
ok "the child that is dead" grep -q '^process 2 parent 1 zombie' "$tmp/out"
stuck hung 2 'init .pid 1. cannot be woken from wait' \
	'init pid 1/0 .*sleeps wait .*uninterruptibly' /bin/sleep 50

# With nobody to tell a status, it says so and goes on.
printf '/bin/sleep\0005\0' >"$tmp/exec"
mkdir -p "$tmp/root/etc"
mv "$tmp/exec" "$tmp/root/etc/"
tools/mkinitrd "$tmp/over.cpio" "$tmp/root"
cat build/initrd.cpio "$tmp/over.cpio" >"$tmp/initrd.cpio"
tools/qemu --kernel build/mayfly.elf --initrd "$tmp/initrd.cpio" \
	--append 'quiet console=raw stuck=hung watchdog=2' \
	--debugcon "$tmp/debugcon" </dev/null >"$tmp/out" 2>&1
ok "without exitdev: a report" grep -q '^watchdog: init .pid 1. cannot' \
	"$tmp/out"
ok "without exitdev: the dump" grep -q '^thread .*init pid 1/0' "$tmp/out"
ok "without exitdev: no panic" sh -c '! grep -q panic "$1"' - "$tmp/out"
ok "without exitdev: it goes on" grep -q 'exit 0' "$tmp/debugcon"

# Who waits for a key, or a timer, is not stuck.
{ sleep 5; echo exit 7; } | ./mayfly exec --append watchdog=2 -- /bin/sh \
	>"$tmp/out" 2>&1
is "waiting for the console" $? 7
build_guest far_key
{ sleep 6; echo; } | ./mayfly exec --extra "$tmp/extra" --append watchdog=2 \
	-- /extra/far_key >"$tmp/out" 2>&1
is "waiting for the console by a kqueue of a kqueue" $? 7
status "waiting for a timer" 0 ./mayfly exec --smp 4 --seed 1 \
	--append watchdog=2 -- /bin/sleep 100

# In 100 seconds of virtual time a CPU that watched on would have taken 200
# interrupts; without one the machine takes four.
./mayfly exec --smp 4 --seed 1 --append watchdog=2 \
	-- sh -c 'census -a; sleep 100; census -a' </dev/null >"$tmp/out" 2>&1
timers=$(awk '/^~timers/ { n = $2 - n } END { print n }' "$tmp/out")
ok "an idle machine is quiet ($timers timer interrupts in 100 s)" \
	test "$timers" -ge 1 -a "$timers" -le 40
done_testing

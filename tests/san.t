#!/bin/sh
# The build with sanitizers (SAN=1): the in-kernel tests, the user tests on 4
# CPUs, and those tests of the host whose subject is not another build or
# counted instructions, find nothing to report, and planted bugs (kernel/test/
# provoke_san.c) are reported with what a person needs to find them.
# spec: 2.43
. "$(dirname "$0")/lib.sh"
MAYFLY_VARIANT=san
export MAYFLY_VARIANT

# planted WHAT REPORT...: the report has a line for each of the patterns, in
# that order, then comes the panic.  The program is three processes, one after
# the other.
planted()
{
	bug=$1
	shift
	status "$bug: ends in a panic" 125 ./mayfly exec --smp 4 \
		--append "provoke=$bug" -- sh -c 'true; true; sleep 60'
	at=1
	for pattern in "$@" '^panic: .*san: '; do
		line=$(tail -n "+$at" "$tmp/out" | grep -n -- "$pattern" |
			head -n 1 | cut -d: -f1)
		if [ -z "$line" ]; then
			fail "$bug: $pattern"
			sed 's/^/# /' "$tmp/out"
			return
		fi
		at=$((at + line))
	done
	pass "$bug: reported as it should be"
}

# dead WHAT OBJECT ALLOCATED-BY FREED-BY
dead()
{
	planted "dead_$1" '^kasan: use after free: read of 4 bytes' \
		'^by thread .* true pid' " look_at_$1+0x" ' exit1+0x' \
		"^object: $2 at .* of it" '^allocated on cpu . by pid' \
		" $3+0x" ' sys_fork+0x' '^freed on cpu . by pid' " $4+0x" \
		' sys_wait4+0x'
}

dead lwp lwp lwp_alloc lwp_free
dead proc proc proc_alloc proc_free
dead stack 'kernel stack' lwkt_alloc_thread lwp_free
planted kmalloc_bounds \
	'^kasan: out of bounds of an object: write of 1 bytes' \
	' kmalloc_bounds+0x' \
	'^object: kmalloc-32 of type plant at .* 20 bytes: 0 bytes behind' \
	'^allocated on cpu' ' kmalloc+0x' ' kmalloc_bounds+0x'
planted kernel_copy \
	'^kasan: out of bounds of an object: write of 200 bytes' \
	' memcpy+0x' ' kernel_copy+0x' \
	'^object: kmalloc-192 of type plant at .* 0 bytes behind'
planted late_use '^kasan: use after free: read of 1 bytes' ' late_use+0x' \
	'^object: kmalloc-64 of type plant at .*: byte 3 of it' \
	'^allocated' ' late_use+0x' \
	'^freed' ' late_use+0x'
planted freed_twice '^kasan: freed twice' ' freed_twice+0x' \
	'^object: kmalloc-64 of type plant' '^allocated' '^freed'
planted stack_bounds '^kasan: out of bounds of a variable on the stack' \
	' stack_bounds+0x' '^variables: .*sixteen' ' stack_bounds+0x'
planted global_bounds '^kasan: out of bounds of a global variable' \
	' global_bounds+0x' '^object: variable twelve of .*provoke_san.c'
planted shift '^ubsan: shift out of bounds at .*provoke_san.c:.* by 32$' \
	' shift'
planted sum "^ubsan: overflow at .*: 2147483647 + 1 in 'int'" ' sum+0x'
planted table "^ubsan: index out of bounds at .*: 4 in 'int " ' table+0x'

relay "[sanitizers, in the kernel]" "./mayfly test san" \
	./mayfly exec --smp 4 --timeout 600 --append ktest -- /bin/true
relay "[sanitizers]" "./mayfly test san" \
	./mayfly exec --smp 4 --timeout 1800 -- /bin/testrun
for topic in elf hooks maxproc panic pids protection terminal; do
	relay "[sanitizers, $topic]" "MAYFLY_VARIANT=san ./mayfly test $topic" \
		sh "tests/$topic.t"
done
done_testing

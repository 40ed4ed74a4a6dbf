#!/bin/sh
# The ways to start: ISO by BIOS and UEFI, QEMU's loader, both kinds of
# machine, little and much memory, many CPUs, a poor processor, a damaged
# initial file system.
. "$(dirname "$0")/lib.sh"
build_guest hello

for machine in pc q35; do
	for boot in bios uefi direct; do
		MAYFLY_MACHINE=$machine status "$boot on $machine: exit status" 7 \
			./mayfly exec --boot $boot --extra "$tmp/extra" \
			--timeout 180 -- /extra/hello 7 one 'two  three'
		is "$boot on $machine: only the program's output" \
			"$(cat "$tmp/out")" 'hello [one] [two  three]'
	done
done

status "firmware and status 0" 0 ./mayfly exec --boot bios --timeout 180 \
	-- /bin/true

for mem in 64 512 8192; do
	status "$mem MiB" 0 ./mayfly exec --mem $mem --timeout 180 -- /bin/true
done

for smp in 1 2 8 64 255; do
	status "$smp CPUs" 0 ./mayfly exec --smp $smp --timeout 300 -- \
		/bin/true
done

MAYFLY_CPU=qemu64 status "a processor with few features" 0 \
	./mayfly exec --timeout 180 -- /bin/true

# The demonstration, from the ISO, and the power-off at its end.
status "run without a terminal" 0 ./mayfly run
ok "run counts before and after" grep -qi census "$tmp/out"

# The banner says what was found.
status "a boot that talks" 0 tools/qemu --smp 3 --mem 256 \
	--kernel build/mayfly.elf --initrd build/initrd.cpio \
	--append 'demo' --debugcon "$tmp/debugcon"
ok "the banner counts the CPUs" grep -qE '(^|[^0-9])3 CPUs' "$tmp/out"
ok "power-off, not a fault" grep -qx poweroff "$tmp/debugcon"

# Damaged archives: a message and a stop.
head -c 3000 build/initrd.cpio >"$tmp/short.cpio"
sed 's/070701/070701zz/' build/initrd.cpio >"$tmp/bad.cpio"
for kind in short bad; do
	: >"$tmp/debugcon"
	status "a $kind initial file system stops the boot" 33 \
		timeout 60 tools/qemu --kernel build/mayfly.elf \
		--initrd "$tmp/$kind.cpio" --append exitdev \
		--debugcon "$tmp/debugcon"
	is "a $kind initial file system: status 125" \
		"$(tail -n 1 "$tmp/debugcon")" 'exit 125'
	ok "a $kind initial file system: a message" \
		grep -qiE 'archive|cpio|initial file system' "$tmp/out"
done
done_testing

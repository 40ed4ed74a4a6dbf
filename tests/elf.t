#!/bin/sh
# Damaged programs (user/tests/mkbadelf): refused, and nobody is harmed.
# spec: 2.10
. "$(dirname "$0")/lib.sh"

mkdir -p "$tmp/extra"
perl user/tests/mkbadelf build/root/bin/true "$tmp/extra/bad"
made=$(find "$tmp/extra/bad" -type f | wc -l)
ok "programs were made" [ "$made" -gt 100 ]
status "damaged programs" 0 ./mayfly exec --smp 2 --timeout 300 \
	--extra "$tmp/extra" -- /tests/exec_bad_files
ok "all were tried" grep -q "^# $made damaged programs tried" "$tmp/out"
done_testing

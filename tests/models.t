#!/bin/sh
# The models in tests/models (docs/models.md): spin finds nothing in any state
# of each, and refuses each of their mutants.
. "$(dirname "$0")/lib.sh"

# build DIRECTORY MODEL SPIN-OPTIONS COMPILER...
build()
{
	dir=$1 model=$2 define=$3
	shift 3
	mkdir "$dir" &&
		(cd "$dir" && spin $define -a "$root/$model" &&
			"$@" -w -DMEMLIM=1000 -o pan pan.c) >"$tmp/out" 2>&1
}

# explored DIRECTORY PAN-OPTION...: all states, or up to the first error.
explored()
{
	dir=$1
	shift
	(cd "$dir" && ./pan -m5000 "$@") >"$tmp/out" 2>&1
	grep -q 'errors: ' "$tmp/out" &&
		! grep -Eq 'depth too small|out of memory|resource limit|aborted' \
			"$tmp/out"
}

clean()
{
	build "$@" && explored "$1" -w22 $pan_option &&
		grep -q 'errors: 0$' "$tmp/out"
}

# Compiled for a short life, and searched from the other end: so most mutants
# are refused at once.
refused()
{
	build "$1" "$2" "-D$3" clang -O0 -DSAFETY -DREVERSE -DT_REVERSE &&
		explored "$1" -w18 &&
		grep -q 'errors: 1$' "$tmp/out" &&
		grep -Eq 'assertion violated|invalid end state' "$tmp/out"
}

verdict()
{
	what=$1
	shift
	if "$@"; then
		pass "$what"
	else
		fail "$what"
		grep -v '^$' "$tmp/out" | head -n 15 | sed 's/^/# /'
	fi
	rm -rf "$dir"
}

# The functions that a model stands for, from its head.
functions()
{
	sed -n '/^ \* Stands for:/,/^ \*$/p' "$1" | tr -c 'A-Za-z0-9_./\n' ' ' |
		sed 's/Stands for//' | tr ' ' '\n' |
		grep -E '^[A-Za-z_0-9]+\.?$' | tr -d .
}

# Those of them whose comment does not name the model, or that are not there.
strangers()
{
	functions "$1" | while read -r name; do
		# shellcheck disable=SC2046
		awk -v name="$name" -v model="$(basename "$1")" '
		FNR == 1 || $0 == "" { named = 0 }
		/MODEL: / && index($0, model) { named = 1 }
		index($0, name "(") == 1 && named { found = 1 }
		END { exit !found }' $(grep -rlE "^$name\(" kernel) /dev/null ||
			echo "$name"
	done
}

for model in tests/models/*.pml; do
	name=$(basename "$model" .pml)
	pan_option=
	verdict "$name: no state is wrong" clean "$tmp/$name" "$model" "" \
		gcc -O2 -DSAFETY
	pan_option=-l
	verdict "$name: every run comes to its end" clean "$tmp/$name" \
		"$model" "" clang -O0 -DNP

	sed -n 's/^ \*	\(M_[A-Z_0-9]*\)	*/\1 /p' "$model" >"$tmp/mutants"
	while read -r mutant why; do
		verdict "$name refuses $mutant: $why" refused "$tmp/mutant" \
			"$model" "$mutant"
	done <"$tmp/mutants"

	is "$name: the head lists the mutants" \
		"$(cut -d' ' -f1 "$tmp/mutants" | sort -u)" \
		"$(grep -E '^#(if|el)' "$model" | grep -Eo 'M_[A-Z_0-9]+' | sort -u)"
	is "$name: the functions are there, and name the model" \
		"$(strangers "$model")" ""
done
done_testing

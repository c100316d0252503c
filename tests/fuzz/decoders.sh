#!/bin/sh
# decoders.sh SOURCE-ROOT [FUZZING-BUILD]: holds decoders.txt against the headers and the targets, and, where a fuzzing build is given, against what the
# corpus of each target really runs through. One TAP line a rule, the places below it.
set -u
cd "$1" || exit 1
build=${2:-}
here=tests/fuzz
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
number=0
status=0

verdict() {
	number=$((number + 1))
	if [ -s "$scratch/places" ]; then
		echo "not ok $number - $1"
		sed 's/^/# /' "$scratch/places"
		status=1
	else
		echo "ok $number - $1"
	fi
}

grep -v '^#' $here/decoders.txt >"$scratch/rows"
cut -d ' ' -f 1 "$scratch/rows" | sort >"$scratch/listed"
# The simulated systems of the practice ground speak to programs of this machine, about nothing real.
find core tui -name '*.h' -type f | grep -v '^core/sandbox/' | sort | xargs cat >"$scratch/headers"

uniq -d "$scratch/listed" >"$scratch/places"
verdict "no decoder is listed twice"

grep -E '^[A-Za-z]' "$scratch/headers" | grep -oE '[a-z0-9_]+_(parse|decode|feed|scan|load|read|from_json)(_[a-z0-9_]+)?\(' | tr -d '(' | sort -u |
	while read -r name; do
		grep -qx "$name" "$scratch/listed" || echo "$name has no row in $here/decoders.txt: name its target, or why it needs none"
	done >"$scratch/places"
verdict "every function that is named as a decoder has a row"

while read -r name; do
	grep -qE "[^a-z0-9_]$name\(" "$scratch/headers" || echo "$name stands in $here/decoders.txt, and no header declares it"
done <"$scratch/listed" >"$scratch/places"
verdict "every row is about a function that is there"

while read -r name target reason; do
	if [ "$target" = - ]; then
		[ -n "$reason" ] || echo "$name: why does it need no target?"
	else
		[ -f "$here/fuzz_$target.c" ] || echo "$name: there is no $here/fuzz_$target.c"
	fi
done <"$scratch/rows" >"$scratch/places"
verdict "every row names a target that is there, or a reason"

for source in "$here"/fuzz_*.c; do
	target=${source#"$here"/fuzz_}
	target=${target%.c}
	grep -qE "^[a-z0-9_]+ $target( |\$)" "$scratch/rows" || echo "$source: no decoder in $here/decoders.txt is its"
	[ -n "$(ls "$here/corpus/$target" 2>/dev/null)" ] || echo "$source: it has no corpus"
	grep -q "'$target'" $here/meson.build || echo "$source: it is not built"
done >"$scratch/places"
verdict "every target is for a decoder, has a corpus and is built"

if [ -n "$build" ]; then
	cut -d ' ' -f 2 "$scratch/rows" | grep -v '^-$' | sort -u | while read -r target; do
		"$build/tests/fuzz/fuzz_$target" -runs=0 -print_coverage=1 "$here/corpus/$target" 2>&1 |
			sed -n 's/^COVERED_FUNC: .* edges: [0-9/]* \([a-z0-9_]*\) .*/\1/p' | sort -u >"$scratch/reached"
		grep -E "^[a-z0-9_]+ $target( |\$)" "$scratch/rows" | cut -d ' ' -f 1 | while read -r name; do
			grep -qx "$name" "$scratch/reached" || echo "$name: the corpus of $target does not reach it"
		done
	done >"$scratch/places"
	verdict "every decoder is reached by the corpus of its target"
fi

echo "1..$number"
exit $status

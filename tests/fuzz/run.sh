#!/bin/sh
# run.sh BUILD SECONDS [TARGET...]: runs every target of a fuzzing build (README.md), or those named, for so long each, one after another, at the lowest priority.
# Prints a table row a target: executions, edges reached, and whether it found something. New inputs gather in BUILD/found/TARGET/, what breaks a promise in
# BUILD/broken/. The exit status is 1 when something was found.
set -u
build=$1
seconds=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ]; then
	set -- $(cd "$here/corpus" && ls)
fi
status=0
mkdir -p "$build/broken"
for target in "$@"; do
	found=$build/found/$target
	log=$build/broken/$target.log
	mkdir -p "$found"
	options=
	if [ -f "$here/dictionaries/$target.dict" ]; then
		options=-dict=$here/dictionaries/$target.dict
	fi
	# shellcheck disable=SC2086
	if nice -n 19 "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
		-artifact_prefix="$build/broken/$target-" $options "$found" "$here/corpus/$target" >"$log" 2>&1; then
		verdict=nothing
	else
		verdict="SOMETHING: $log"
		status=1
	fi
	executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
	edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -1)
	echo "| $target | ${executions:-?} | ${edges:-?} | $verdict |"
done
exit $status

#!/bin/sh
# verify.sh FOLDER [ALLOWED_SIGNERS]: checks the record of an incident with sha256sum and ssh-keygen, nothing of ours.
# Prints every problem, a line each, then the head. Exit 0: sound, 1: problems, 2: it could not be read.
# With ALLOWED_SIGNERS (OpenSSH's format) a signature must be by a key that it gives to its signer; without, only hold.
cd "${1:?the folder of an incident}" && [ -r journal.jsonl ] || exit 2
signers=$2 number=0 status=0 head=0000000000000000000000000000000000000000000000000000000000000000
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
: >"$scratch/started" && echo "0 $head" >"$scratch/heads"
sha256sum playbooks/* >"$scratch/playbooks" 2>/dev/null
problem() { echo "journal.jsonl:$number: $*"; status=1; }
# The value of a field of this line, as it stands there. A key cannot stand inside a string: its quotes would be escaped.
field() { printf '%s\n' "$line" | sed -n "s/.*\"$1\":\"\\(\\([^\"\\\\]\\|\\\\.\\)*\\)\".*/\\1/p;s/.*\"$1\":\\([0-9]*\\)[,}].*/\\1/p"; }
# The same with the escapes of JSON taken out.
text() {
	field "$1" | awk '{ for (i = 1; i <= length($0); i++) { c = substr($0, i, 1)
		if (c == "\\") { i++; c = substr($0, i, 1); if (c == "n") c = "\n"; if (c == "t") c = "\t" }
		printf "%s", c } }'
}
# The checkpoint in a signed text is one of the heads so far.
saw() { grep -qxF "$(sed -n 's/^record: \([0-9]*\) sha256:\([0-9a-f]*\)$/\1 \2/p' "$1")" "$scratch/heads"; }
check_log() {
	action=$(field action) wanted=$(field log_sha256)
	[ -z "$wanted" ] || [ "$(sha256sum <"actions/$action.log" 2>/dev/null)" = "$wanted  -" ] ||
		problem "actions/$action.log is not what was recorded"
}
check_signature() {
	text statement >"$scratch/statement" && text signature >"$scratch/signature"
	if [ -n "$signers" ]; then set -- verify -f "$signers" -I "$(sed -n "s/^signer: //p" "$scratch/statement")"; else set -- check-novalidate; fi
	ssh-keygen -Y "$@" -n signoff@breakglass -s "$scratch/signature" <"$scratch/statement" >/dev/null 2>&1 ||
		problem "the signature does not hold"
	for said in "digest: sha256:$(field subject)" "role: $(text role)" "gate: $(text gate)" "decision: $(field decision)"; do
		grep -qxF "$said" "$scratch/statement" || problem "the signed text does not say \"$said\""
	done
	saw "$scratch/statement" || problem "the signature saw another record than is here"
}
form='^{"seq":[1-9][0-9]*,"time":"[^"]*","mono":-*[0-9]*,"actor":{"who":".*","how":".*"},"type":"[a-z0-9.-]*","data":{.*},"prev":"[0-9a-f]*"}$'
while IFS= read -r line; do
	number=$((number + 1))
	printf '%s\n' "$line" | grep -q "$form" || problem "not a journal record"
	case $line in "{\"seq\":$number,"*) ;; *) problem "not record $number" ;; esac
	case $line in *",\"prev\":\"$head\"}") ;; *) problem "prev does not match the line before" ;; esac
	head=$(printf '%s' "$line" | sha256sum) head=${head%% *}
	echo "$number $head" >>"$scratch/heads"
	case $(printf '%s' "$line" | sed -n 's/.*"},"type":"\([a-z0-9.-]*\)","data":{.*/\1/p') in
	run.started) grep -q "^$(field sha256) " "$scratch/playbooks" || problem "playbooks/ has no copy of what is run" ;;
	action.started) field action >>"$scratch/started" ;;
	action.finished) check_log ;;
	signoff.given) check_signature ;;
	esac
done <journal.jsonl
[ "$number" -gt 0 ] || problem "no records"
for log in actions/*.log; do
	action=${log#actions/} action=${action%.log}
	[ ! -e "$log" ] || grep -qx "$action" "$scratch/started" || problem "$log: the journal has no such action"
done
for receipt in receipts/*; do
	[ ! -e "$receipt" ] || saw "$receipt" || problem "$receipt saw a record that is not here"
done
echo "$number records, head $head"; exit $status

#!/bin/sh
# verify.sh FOLDER [SIGNERS [ANCHORS...]]: checks the record of an incident with sha256sum and ssh-keygen, nothing of ours.
# SIGNERS ("" for none): an allowed_signers file; a signature must be by a key that it gives to its signer at that time.
# ANCHORS: folders of checkpoints and receipts that were kept elsewhere: none is empty, and all that is there must fit.
# Prints every problem, a line each, then what is anchored and the head. Exit 0: sound, 1: problems, 2: it could not be read.
folder=${1:?the folder of an incident} signers=$2 number=0 anchored=0 status=0 at=journal.jsonl: head=$(printf %064d 0) LC_ALL=C
export LC_ALL && [ -r "$folder/journal.jsonl" ] && scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT || exit 2
echo "0 $head" >"$scratch/heads" && : >"$scratch/started" && : >"$scratch/signed" &&
	head -n "$(wc -l <"$folder/journal.jsonl")" "$folder/journal.jsonl" >"$scratch/journal"
sha256sum "$folder"/playbooks/* "$folder"/receipts/* >"$scratch/files" 2>/dev/null
problem() { echo "$at $*" && status=1; }
# Lays a piece of JSON flat, as ."gate":"door"; what is not JSON ends it with an error.
flat() { printf '%s\n' "$1" | awk 'function text(r) { r = substr(s, p); if (!match(r, /^"([^"\\]|\\["\\\/bfnrt]|\\u[0-9a-fA-F]+)*"/)) exit 1; p += RLENGTH; return substr(r, 1, RLENGTH) }
	function value(path, c, end, key) { c = substr(s, p, 1); end = c == "{" ? "}" : "]"; if (c == "\"") { print path ":" text(); return }
		if (c != "{" && c != "[") { if (!match(substr(s, p), /^(-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?|true|false|null)/)) exit 1
			print path ":" substr(s, p, RLENGTH); p += RLENGTH; return }
		if (substr(s, ++p, 1) == end) { p++; return } do { key = "[]"; if (c == "{") { key = "." text(); if (substr(s, p++, 1) != ":") exit 1 }
		value(path key) } while (substr(s, p++, 1) == ","); if (substr(s, p - 1, 1) != end) exit 1 } { s = $0; p = 1; value(""); exit p <= length(s) }' >"$scratch/flat"; }
# A field of the record as it stands, and with its escapes taken out; whether a file of these bytes stands in a folder.
field() { sed -n "/^\\.\"$1\":/{s///;s/^\"\\(.*\\)\"\$/\\1/;p;q;}" "$scratch/flat"; }
text() { printf %b "$(field "$1" | sed 's/\\"/"/g')"; }; has() { grep -q "^${2:-none} .*/$1/" "$scratch/files"; }
# The checkpoint in a file (a note of three lines, or a signed text) is one of the heads; a receipt's sign-off is in the record.
anchor() { seen=$(sed -n -e "1{/^breakglass $incident\$/{N;N;s/.*\\n\\([0-9]*\\)\\n\\([0-9a-f]*\\)\$/\\1 \\2/p;q;};}" \
		-e '/^record: \([0-9]*\) sha256:\([0-9a-f]*\)$/{s//\1 \2/p;q;}' "$1" 2>/dev/null) sum=$(sha256sum <"$1")
	! grep -q '^-----BEGIN SSH' "$1" || grep -qx "${sum%% *}" "$scratch/signed" || problem "$1: its sign-off is not in the record"
	grep -qxF "${seen:-none}" "$scratch/heads" || { problem "${2:-$1}: saw another record than is here, or none" && return; }
	[ "${seen%% *}" -le "$anchored" ] || anchored=${seen%% *}; }
signoff() { text statement >"$scratch/text" && text signature >"$scratch/signature" && anchor "$scratch/text" "the signed text"
	sum=$(cat "$scratch/text" "$scratch/signature" | sha256sum) && echo "${sum%% *}" >>"$scratch/signed"
	has receipts "${sum%% *}" || problem "receipts/ has no receipt of this sign-off"
	for said in "incident: $incident" "run: $(text run)" "gate: $(text gate)" "role: $(text role)" "decision: $(text decision)" \
		"digest: sha256:$(field subject)"; do grep -qxF "$said" "$scratch/text" || problem "the signed text does not say \"$said\""; done
	when=$(sed -n 's/^time: //p' "$scratch/text" | tr -d 'TZ:-'); set -- check-novalidate
	[ "$(field method)" != code ] || [ -s "$scratch/signature" ] || { echo "$at by one-time code: weaker, nobody can check it now" && return; }
	[ -z "$signers" ] || set -- verify -f "$signers" -I "$(sed -n 's/^signer: //p' "$scratch/text")" -O verify-time="${when%.*}Z"
	good=$(ssh-keygen -Y "$@" -n signoff@breakglass -s "$scratch/signature" <"$scratch/text" 2>&1) || good="it does not hold"
	case $good in *" key $(field key)") ;; *) problem "the signature: $good" ;; esac; }
finished() { log=$folder/actions/$(field action).log size=$(field log_bytes) sum=$(field log_sha256)
	[ "${sum:+$(sha256sum <"$log") ${size:+$(wc -c <"$log")}}" = "${sum:+$sum  - $size}" ] || problem "$log is not what was recorded"; }
form='^\{"seq":[0-9]+,"time":"(-|[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z)",'
form=$form'"mono":-?(0|[1-9][0-9]*),"actor":\{"who":"([^"\]|\\.)*","how":"([^"\]|\\.)*"\},"type":"([a-z0-9.-]+)","data":(\{.*\}),"prev":"[0-9a-f]+"\}$'
[ -z "$(iconv -f UTF-8 -t UTF-8 "$scratch/journal" 2>&1 >/dev/null; tr -d '\012\040-\377' <"$scratch/journal" | tr '\0' .)" ] || problem "not plain text"
while IFS= read -r line; do
	number=$((number + 1)) at=journal.jsonl:$number: record=$(printf '%s\n' "$line" | sed -nE "s/$form/\\8 \\9/p")
	flat "${record#* }" || problem "not a journal record"
	case $line in "{\"seq\":$number,"*",\"prev\":\"$head\"}") ;; *) problem "seq or prev does not match the line before" ;; esac
	head=$(printf '%s' "$line" | sha256sum) && head=${head%% *} && echo "$number $head" >>"$scratch/heads"
	case ${record%% *} in
	incident.declared) incident=${incident:-$(text incident)} ;;
	run.started) has playbooks "$(field 'playbook"\."sha256')" || problem "playbooks/ has no copy of what is run" ;;
	action.started) field action >>"$scratch/started" ;;
	action.finished) finished ;; signoff.given) signoff ;;
	esac
done <"$scratch/journal"; [ "$number" -gt 0 ] || problem "no records"
at=verify.sh: && [ $# -gt 2 ] && shift 2 || set --; for log in "$folder"/actions/*.log; do name=${log##*/}
	[ ! -e "$log" ] || grep -qx "${name%.log}" "$scratch/started" || problem "$log: the journal has no such action"; done
for kept in "$folder"/receipts/*.txt; do [ ! -e "$kept" ] || anchor "$kept"; done
for place; do for kept in "$place"/*; do [ -e "$kept" ] && anchor "$kept" || problem "$place: no checkpoint, no receipt"; done; done
[ "$anchored" -ge "$number" ] || echo "records $((anchored + 1)) to $number are in the chain only: nothing outside of it saw them"
echo "$number records, $anchored anchored, head $head"; exit $status

#!/bin/sh
# lint.sh SOURCE-ROOT LAYER-ROOT COMPILER...: the rules of the house that a compiler does not check. One TAP line a rule, the places below it.
# It reads what lies in the tree, so it works without git.
set -u
cd "$1" || exit 1
layer_root=$2
shift 2
here=tests/lint
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
number=0
status=0

# verdict NAME: the rule holds when no places were found.
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

find core tui tests \( -name '*.c' -o -name '*.h' -o -name '*.def' \) -type f 2>/dev/null | sort >"$scratch/sources"
grep -E '^(core|tui)/' "$scratch/sources" >"$scratch/product"
xargs grep -Hn '^[[:space:]]*#[[:space:]]*include' <"$scratch/sources" >"$scratch/includes"
# shellcheck disable=SC2016
# "file:line:code" of every line, without comments and without what is in quotes.
xargs awk '
FNR == 1 { in_comment = 0 }
{
	text = $0
	if (in_comment) {
		if (!match(text, /\*\//)) next
		text = substr(text, RSTART + 2)
		in_comment = 0
	}
	gsub(/"([^"\\]|\\.)*"/, "\"\"", text)
	gsub(/\047([^\047\\]|\\.)*\047/, "0", text)
	sub(/\/\/.*/, "", text)
	while (match(text, /\/\*/)) {
		before = substr(text, 1, RSTART - 1)
		after = substr(text, RSTART + 2)
		if (match(after, /\*\//)) {
			text = before " " substr(after, RSTART + 2)
		} else {
			text = before
			in_comment = 1
		}
	}
	print FILENAME ":" FNR ":" text
}' <"$scratch/product" >"$scratch/code"

grep -E '[^A-Za-z0-9_>.](strcpy|strcat|sprintf|vsprintf|strncpy|strncat|strtok|strtok_r|atoi|atol|atof|strtol|strtoll|strtoul|strtoull|gets|system|popen|alloca|localtime|gmtime|asctime|ctime|rand|srand|mktemp|tmpnam)[[:space:]]*\(' \
	"$scratch/code" >"$scratch/places"
verdict "no banned function is called"

grep '^tests/' "$scratch/sources" | grep -v '^tests/bench/' | xargs grep -HnE '^Test\(.*\.timeout[[:space:]]*=' >"$scratch/places"
verdict "no test has a timeout of Criterion's (tests/README.md says why)"

grep -E '[^A-Za-z0-9_>.](fork|vfork|posix_spawnp?|exec[lv][pe]*)[[:space:]]*\(' "$scratch/code" |
	grep -vE '^core/(transport/|engine/launch\.c:|sandbox/sim_(process|login)\.c:|commands/practice\.c:)' >"$scratch/places"
verdict "programs are started only where they may be"

# One row a library: which headers, and where they may stand.
while read -r what headers places; do
	grep -E "include[[:space:]]*[<\"]($headers)" "$scratch/includes" | grep -vE "^($places)" >"$scratch/places"
	verdict "$what stands only where it may"
done <<'END'
curses       (ncursesw?/)?(curses|ncurses|term|panel|form|menu)\.h    tui/term/
libcurl      curl/                          core/transport/
libssh2      libssh2                        core/transport/
expat        expat                          core/transport/
cJSON        (cjson/)?cJSON                 core/base/json\.c:
libuv        uv\.h                          core/engine/
cmark-gfm    cmark-gfm                      core/playbook/
libfyaml     libfyaml                       core/environment/|core/sandbox/
libmicrohttpd microhttpd                    core/sandbox/
libvterm     vterm                          tests/
Criterion    criterion/                     tests/
OpenSSL      openssl/                       core/base/|core/transport/|core/signoff/|core/sandbox/|tests/
END

# One row a layer: what it may include of ours. Its own folder is always allowed.
domain='core/(playbook|environment|incident|signoff|journal)/'
while read -r layer allowed; do
	[ -d "$layer" ] || continue
	grep "^$layer/" "$scratch/includes" | grep -E '#[[:space:]]*include[[:space:]]*"(core|tui|tests)/' |
		grep -vE "include[[:space:]]*\"(core/base/|$layer/|$allowed)" >"$scratch/places"
	verdict "$layer includes only layers below it"
done <<END
core/base         core/base/
core/playbook     core/base/
core/environment  core/base/
core/incident     core/base/
core/signoff      core/base/
core/journal      core/base/
core/transport    $domain
core/providers    $domain|core/transport/
core/health       $domain|core/transport/|core/providers/
core/engine       $domain|core/transport/|core/providers/|core/health/
core/report       $domain|core/providers/|core/health/
core/sandbox      core/base/
core/commands     core/
tui/theme         core/base/
tui/keys          core/base/
tui/widget        tui/theme/|tui/keys/
tui/term          tui/theme/|tui/keys/|tui/widget/
tui/view          core/(base|playbook|environment|incident|signoff|health|providers|engine|report)/|tui/
tui/line          core/(base|incident|health|engine)/|tui/
END

xargs wc -l <"$scratch/sources" | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines" }' >"$scratch/places"
verdict "no source file is longer than 500 lines"

# A stranger reads it before running it.
awk 'END { if (FNR > 60) print FILENAME ": " FNR " lines" }' core/journal/verify.sh >"$scratch/places"
verdict "verify.sh has at most 60 lines"

xargs awk '
FNR == 1 { start = 0 }
/^\{/ { start = FNR }
/^\}/ { if (start && FNR - start > 51) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }' <"$scratch/product" >"$scratch/places"
verdict "no function is longer than 50 lines"

grep -E ':[[:space:]]*extern[[:space:]]' "$scratch/code" | grep -vE 'extern[[:space:]]+const|\(' >"$scratch/places"
verdict "extern variables are const tables"

xargs grep -nE '(/\*|//|^[[:space:]]*\*)[[:space:]]*(TODO|FIXME|XXX|HACK)|(TODO|FIXME|XXX|HACK)\(' <"$scratch/sources" >"$scratch/places"
verdict "nothing is left for later in a comment"

xargs grep -LE '^#pragma once' <"$scratch/sources" | grep '\.h$' >"$scratch/places"
verdict "every header says #pragma once"

# Tests that mirror a layer are described once, in tests/README.md.
sed 's,/[^/]*$,,' "$scratch/sources" | sort -u | grep -vE '^tests/(core|tui)/' | while read -r folder; do
	[ -f "$folder/README.md" ] || echo "$folder"
done >"$scratch/places"
verdict "every folder with sources has a README.md"

find . -mindepth 1 -maxdepth 1 ! -name '.*' ! -name 'build' ! -name 'build-*' | sed 's,^\./,,' | sort |
	grep -vxE 'core|tui|playbooks|themes|tests|meson\.build|README\.md|CHANGELOG\.md|LICENSE|bootstrap' >"$scratch/places"
verdict "the root of the tree holds what it should and nothing else"

# In a folder of its own, since a quoted include looks beside its file first.
(
	cd "$scratch" || exit 1
	echo '#include "core/base/error.h"' | "$@" -fsyntax-only -I"$layer_root/core_base" -x c - 2>&1
	for wrong in core/journal/journal.h core/incident/incident.h tests/support/support.h; do
		echo "#include \"$wrong\"" | "$@" -fsyntax-only -I"$layer_root/core_base" -x c - 2>/dev/null &&
			echo "core/base can include $wrong"
	done
	for layer in "$layer_root"/*/*/*; do
		[ -L "$layer" ] || echo "$layer is no link to one folder"
	done
) >"$scratch/places"
verdict "a layer's include path holds that layer only"

{
	for script in bootstrap .ci/run "$here"/*.sh; do
		sh -n "$script" 2>&1
	done
} >"$scratch/places"
verdict "every shell script can be parsed"

echo "1..$number"
exit $status

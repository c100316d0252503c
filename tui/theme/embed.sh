#!/bin/sh
# Writes C source that holds the given theme files as string literals: embed.sh OUTPUT FILE...
set -eu
output=$1
shift
{
	echo '/* Made from themes/ by embed.sh. */'
	echo '#include "tui/theme/builtin.h"'
	echo 'const BuiltinTheme builtin_themes[] = {'
	for file in "$@"; do
		printf '\t{ "%s",\n' "$(basename "$file" .theme)"
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t  "/' -e 's/$/\\n"/' "$file"
		echo '	},'
	done
	echo '};'
	echo 'const size_t builtin_theme_count = sizeof(builtin_themes) / sizeof(builtin_themes[0]);'
} > "$output"

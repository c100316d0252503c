#!/bin/sh
# test_bootstrap.sh SOURCE-ROOT: the script that everybody meets first, on a machine that only pretends: apt-get, dpkg-query, sudo and id are small
# scripts that write down how they were called. Speaks TAP.
set -u
root=$1
here=$root/tests/bootstrap
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
number=0

# check NAME CONDITION...: one line of TAP; on failure what the script wrote.
check() {
	name=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$scratch/out" "$scratch/calls"
	fi
}

# pretend NAME: reads the body of a program that the script will find in its PATH.
pretend() {
	{
		echo '#!/bin/sh'
		cat
	} >"$scratch/bin/$1"
	chmod +x "$scratch/bin/$1"
}

# A machine with sh, the programs below and nothing else.
fresh_machine() {
	rm -rf "${scratch:?}/bin" "${scratch:?}/tree"
	mkdir -p "$scratch/bin" "$scratch/tree"
	cp "$root/bootstrap" "$scratch/tree/bootstrap"
	for tool in sh dirname cat ls env mkdir rm awk tail; do
		ln -s "$(command -v $tool)" "$scratch/bin/$tool"
	done
	pretend id <<'END'
echo 1000
END
	pretend dpkg-query <<'END'
for package; do :; done
grep -qx "$package" "$SCRATCH/installed" && printf installed
END
	ln -s "$(command -v grep)" "$scratch/bin/grep"
	pretend apt-get <<'END'
echo "apt-get $*" >>"$SCRATCH/calls"
[ "$1" != update ] || exit 0
[ ! -f "$SCRATCH/apt-fails-once" ] || { rm -f "$SCRATCH/apt-fails-once"; exit 100; }
END
	pretend sudo <<'END'
echo "sudo $1" >>"$SCRATCH/calls"
exec "$@"
END
	: >"$scratch/installed"
	: >"$scratch/calls"
}

run() {
	: >"$scratch/calls"
	status=0
	SCRATCH=$scratch PATH=$scratch/bin sh "$scratch/tree/bootstrap" "$@" >"$scratch/out" 2>&1 || status=$?
}
not() { ! "$@"; }
said() { grep -q -- "$1" "$scratch/out"; }
called() { grep -q -- "$1" "$scratch/calls"; }
ended() { [ "$status" -eq "$1" ]; }
no_calls() { [ ! -s "$scratch/calls" ]; }
says_before_it_acts() { [ "$(grep -n 'will be installed now' "$scratch/out" | cut -d: -f1)" = 1 ]; }

fresh_machine
run --no-install build
check "--no-install says what is missing" said 'Missing: .*libcurl4-openssl-dev.*ca-certificates'
check "--no-install installs nothing" no_calls
check "--no-install fails when something is missing" ended 1
check "building needs nothing that is for tests only" not said libcriterion-dev
run test --no-install
check "testing needs the test packages too" said libcriterion-dev

run build
check "what is missing is said before it is installed" says_before_it_acts
check "sudo is used when not root" called '^sudo'
check "apt is asked for every missing package at once" called 'apt-get install -y --no-install-recommends .*gcc.*ca-certificates'

pretend id <<'END'
echo 0
END
run build
check "sudo is not used by root" not called '^sudo'

: >"$scratch/apt-fails-once"
run build
check "package lists are updated when a package is not found" called 'apt-get update'

pretend id <<'END'
echo 1000
END
rm "$scratch/bin/sudo"
run build
check "without sudo it says what root must run" said 'As root, run: apt-get install'
check "without sudo it runs nothing" no_calls

rm "$scratch/bin/apt-get"
pretend pacman <<'END'
echo "pacman $*" >>"$SCRATCH/calls"
END
run build
check "for pacman it prints the command" said 'sudo pacman -S --needed .*libuv'
check "for pacman it runs nothing" no_calls
mv "$scratch/bin/pacman" "$scratch/bin/dnf"
run build
check "for dnf it prints the command" said 'sudo dnf install .*libuv-devel'
mv "$scratch/bin/dnf" "$scratch/bin/brew"
run build
check "for brew it prints the command" said 'brew install .*libuv'
rm "$scratch/bin/brew"
run build
check "on an unknown system it prints the list" said 'no package manager that is known'
run
check "without a command it explains itself" said '^usage:'
check "without a command it fails" ended 2
run --help
check "--help is no failure" ended 0
run nonsense
check "an unknown command is refused" ended 2

# The closing line is counted from the subtests in meson's log.
sed -n '/^count_results/,/^}/p' "$root/bootstrap" >"$scratch/count.sh"
# shellcheck disable=SC1091
. "$scratch/count.sh"
for log in "$here"/*.log; do
	expected=$(sed -n 's/^# counts: //p' "$log")
	counted=$(count_results "$log")
	echo "expected \"$expected\", counted \"$counted\"" >"$scratch/out"
	check "$(basename "$log" .log): $expected (passed failed skipped)" [ "$counted" = "$expected" ]
done

# What failed is told again at the end, what passed or was left out is not.
sed -n '/^tell_failures/,/^}/p' "$root/bootstrap" >"$scratch/tell.sh"
# shellcheck disable=SC1091
. "$scratch/tell.sh"
tell_failures "$here/mixed.log" >"$scratch/out"
check "a failed test is told with its result" said '^--- breakglass:unit / t (exit status 1)$'
check "with its assertion" said 'Assertion failed: no'
check "one that passed is not told" [ "$(grep -c 'sh6' "$scratch/out")" = 0 ]
tell_failures "$here/nothing.log" >"$scratch/out"
check "nothing is told where nothing failed" [ ! -s "$scratch/out" ]
echo "1..$number"

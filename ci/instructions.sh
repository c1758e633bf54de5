#!/usr/bin/env bash
# Counts the instructions of a call on each path with callgrind, whose counts are exact, and compares them with
# benches/instructions.txt. `--update` rewrites that file. `floor_PATH` is the least that a breaker must do on that path.
#
# The counts are valid for one compiler on one platform, which the first line of the file names. With another compiler
# the script prints the counts and does not compare them.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

expected=benches/instructions.txt
need_debian valgrind valgrind
# The harness needs a runner of the same version.
need_cargo gungraun-runner "$(sed -n 's/^gungraun = "=\(.*\)"$/\1/p' benches/Cargo.toml)"
export GUNGRAUN_COLOR=never

compiler="# $(rustc -vV | sed -n 's/^release: /rustc /p; s/^host: /on /p' | sort -r | tr '\n' ' ')"
compiler=${compiler% }
# Prints a line "path instructions" for each path. The benchmark makes 1,000 calls.
counted=$(cargo bench --quiet -p breaker-benches --bench instructions | awk '
    match($2, /^[a-z_]+:/) && $1 ~ /::path$/ { path = substr($2, 1, RLENGTH - 1) }
    $1 == "Instructions:" { printf "%s %.0f\n", path, $2 / 1000 }')
[[ -n $counted ]] || { echo "nothing was counted" >&2; exit 1; }

if [[ ${1:-} == --update ]]; then
    printf '%s\n%s\n' "$compiler" "$counted" >"$expected"
    cat "$expected"
    exit
fi
if [[ $(head -n 1 "$expected") != "$compiler" ]]; then
    printf '%s\n%s\n' "$compiler" "$counted"
    skip "the counts of $expected are for another compiler"
fi
awk '
    /^#/ { next }
    FNR == NR { expected[$1] = $2; next }
    {
        if (!($1 in expected)) { verdict = "MISSING from the file"; failed = 1 }
        else if ($2 > expected[$1] * 1.05 + 1) { verdict = "MORE than expected"; failed = 1 }
        else if ($2 < expected[$1] * 0.95 - 1) { verdict = "fewer"; fewer = 1 }
        else verdict = "ok"
        counted[$1] = $2
        floor = counted["floor_" $1]
        by_floor = floor ? sprintf(", %.1f × its floor", $2 / floor) : ""
        printf "%-18s %6d, expected %6d  %s%s\n", $1, $2, expected[$1], verdict, by_floor
        delete expected[$1]
    }
    END {
        for (path in expected) { print path " was not counted"; failed = 1 }
        if (failed) print "if the change is intended, run ci/instructions.sh --update"
        else if (fewer) print "fewer than expected: update the file with ci/instructions.sh --update"
        exit failed
    }' "$expected" <(echo "$counted")

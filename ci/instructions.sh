#!/usr/bin/env bash
# Counts the instructions of a call on each path with callgrind, which no noise shakes, and compares
# them with benches/instructions.txt. `--update` writes that file anew.
#
# The counts are those of one compiler on one platform, named in the file's first line; under any other
# they are only printed. Without valgrind nothing is counted.
set -euo pipefail
cd "$(dirname "$0")/.."

expected=benches/instructions.txt
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
target=$(realpath "$target")

if ! command -v valgrind >/dev/null && ! apt-get install --quiet --yes valgrind >/dev/null 2>&1; then
    echo "SKIPPED: there is no valgrind here, and apt-get could not install it"
    exit 0
fi

# The harness wants a runner of its very version.
version=$(sed -n 's/^gungraun = "=\(.*\)"$/\1/p' benches/Cargo.toml)
tools=$target/gungraun-$version
if [[ ! -x $tools/bin/gungraun-runner ]]; then
    env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$tools" gungraun-runner --version "=$version"
fi
export GUNGRAUN_RUNNER=$tools/bin/gungraun-runner GUNGRAUN_COLOR=never

compiler="# $(rustc -vV | sed -n 's/^release: /rustc /p; s/^host: /on /p' | sort -r | tr '\n' ' ')"
compiler=${compiler% }
# A line "path instructions" for each; the bench makes 1,000 calls.
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
    echo "not compared, as the counts of $expected are those of another compiler:"
    printf '%s\n%s\n' "$compiler" "$counted"
    exit
fi
awk '
    /^#/ { next }
    FNR == NR { expected[$1] = $2; next }
    {
        if (!($1 in expected)) { verdict = "MISSING from the file"; failed = 1 }
        else if ($2 > expected[$1] * 1.05 + 1) { verdict = "MORE than expected"; failed = 1 }
        else if ($2 < expected[$1] * 0.95 - 1) { verdict = "fewer"; fewer = 1 }
        else verdict = "ok"
        printf "%-16s %6d, expected %6d  %s\n", $1, $2, expected[$1], verdict
        delete expected[$1]
    }
    END {
        for (path in expected) { print path " was not counted"; failed = 1 }
        if (failed) print "what is meant to cost more: ci/instructions.sh --update"
        else if (fewer) print "fewer than expected: bring the file up to date with ci/instructions.sh --update"
        exit failed
    }' "$expected" <(echo "$counted")

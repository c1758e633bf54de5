#!/usr/bin/env bash
# Checks that clippy still fires in the bodies and at the arguments of guarded functions: at the lines that
# tests/clippy-fires/src/lib.rs marks with `// fires: lint`, and at no others.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
cd "$root/tests/clippy-fires"
# The same versions as in the workspace.
cp "$root/Cargo.lock" .

# Forces a new run, because cargo does not replay the diagnostics of a failed build.
touch src/lib.rs

expected=$(grep -no '// fires: [a-z_:, ]*' src/lib.rs |
    while IFS=: read -r line comment; do
        for lint in $(tr ',' ' ' <<<"${comment#// fires: }"); do
            echo "$line $lint"
        done
    done | sort -k 1n -k 2)

# Only messages with a known code and place. The crates around this one may have warnings too.
messages=$(cargo clippy --quiet --lib --message-format=json 2>/dev/null) || {
    cargo clippy --lib
    echo "the crate does not compile" >&2
    exit 1
}
found=$(grep '"reason":"compiler-message"' <<<"$messages" | grep 'breaker-test-clippy-fires' |
    while IFS= read -r message; do
        code=$(grep -o '"code":{"code":"[^"]*"' <<<"$message" | head -n 1 | cut -d '"' -f 6) || true
        place=$(grep -o -e '--> src/lib.rs:[0-9]*' <<<"$message" | head -n 1) || true
        if [[ -n "$code" ]]; then
            echo "${place##*:} $code"
        fi
    done | sort -k 1n -k 2) || true

if ! difference=$(diff <(echo "$expected") <(echo "$found")); then
    echo "expected (<) and found (>), by line of tests/clippy-fires/src/lib.rs:" >&2
    echo "$difference" >&2
    exit 1
fi
echo "$(wc -l <<<"$expected") lints fire where they should, and no others"

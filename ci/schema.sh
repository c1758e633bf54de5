#!/usr/bin/env bash
# Sends requests that schemathesis makes from the OpenAPI description to the API of examples/admin, once with the token
# of an operator and once as a reader without one. Valid requests have to be accepted, invalid ones rejected, and answers
# have to be as described.
#
# usage: ci/schema.sh [EXAMPLES]    how many requests per operation and phase; the default is 100, some 2,000 in all
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

examples=${1:-100}
token=correct-horse-battery
venv=target/schemathesis
if ! cmp -s tests/schema/requirements.txt "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --requirement tests/schema/requirements.txt ||
        skip "schemathesis cannot be installed"
    cp tests/schema/requirements.txt "$venv/"
fi

printed=$(mktemp)
cargo build --quiet --example admin
BREAKER_TOKEN=$token "${CARGO_TARGET_DIR:-target}/debug/examples/admin" --serve --fleet >"$printed" &
server=$!
trap 'kill "$server"; rm -f "$printed"' EXIT
for _ in {1..100}; do
    url=$(sed -n 's/^the page *\(.*\)\/ui$/\1/p' "$printed")
    [[ -n $url ]] && break
    sleep 0.1
done

# run WHO ARGUMENT...: sends the requests, and prints what differs from the description.
run() {
    echo "-- as $1"
    local who=$1 said=0
    shift
    "$venv/bin/st" --config-file tests/schema/schemathesis.toml run "$url/openapi.json" --url "$url" --checks all \
        --max-examples "$examples" --no-color --suppress-health-check all "$@" >"target/schema-$who.log" 2>&1 || said=$?
    grep -E '^ +[0-9]+ generated' "target/schema-$who.log" || true
    if ((said != 0)); then
        tail -n 200 "target/schema-$who.log"
        exit 1
    fi
}
run operator --header "Authorization: Bearer $token"
run reader

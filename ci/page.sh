#!/usr/bin/env bash
# Tests the page of the feature `admin`, and the report of breaker-rehearse, in Chromium. Arguments are parts of the
# names of the tests to run. With `--shots FOLDER` it takes pictures of the page instead, for a person to look at.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

need_debian chromium chromium
need_debian chromedriver chromium-driver
need_debian npm npm

# axe-core checks the rules of accessibility. It is part of no package.
axe=4.14.1
export AXE=$PWD/target/axe-core-$axe/package/axe.min.js
if [[ ! -f $AXE ]]; then
    folder=target/axe-core-$axe
    mkdir -p "$folder"
    npm pack --silent --pack-destination "$folder" "axe-core@$axe" >/dev/null || skip "axe-core $axe cannot be fetched"
    tar -xzf "$folder/axe-core-$axe.tgz" -C "$folder"
fi

# A test writes the report. It is built as `cargo test` builds it.
cargo test --quiet --locked --test recordings the_page
export REPORT=${CARGO_TARGET_DIR:-$PWD/target}/tmp/flights.html

# A separate target folder, because these builds have other features. It stays where builds usually go.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/browser
[[ ${1:-} == --shots ]] && set -- --shots "$(realpath -m "$2")"
cd tests/browser
cargo fmt --check
cargo_with_clippy run --quiet --locked -- "$@"

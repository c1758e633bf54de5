#!/usr/bin/env bash
# The dependencies: their licences, where they come from, that there is one version of each, and whether
# something is known against them. deny.toml says what is allowed.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
cargo deny --version 2>/dev/null | grep -q "$version" ||
    cargo install --quiet --locked --version "$version" --target-dir target/tools cargo-deny

cargo deny check licenses sources
# Two versions of one crate are a matter of those who compile the crates, not of the examples and tests.
cargo deny --exclude-dev check bans

# These need the database of advisories, which has to be fetched.
if ! said=$(cargo deny check advisories 2>&1); then
    if grep -q 'failed to fetch advisory database' <<<"$said"; then
        echo "advisories SKIPPED: their database cannot be reached from here"
    else
        echo "$said"
        exit 1
    fi
else
    echo "$said"
fi

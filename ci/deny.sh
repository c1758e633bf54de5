#!/usr/bin/env bash
# Checks the dependencies: their licences, where they come from, and that users get one version of each.
# deny.toml lists what is allowed. ci/advisories.sh looks for known vulnerabilities.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

need_cargo cargo-deny 0.20.2
cargo deny check licenses sources
# Two versions of one crate cost those who compile the crates, but not the tests and examples.
cargo deny --manifest-path breaker-runtime/Cargo.toml --exclude-dev check bans

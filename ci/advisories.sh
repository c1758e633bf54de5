#!/usr/bin/env bash
# Looks up the dependencies in RustSec's database of vulnerabilities, and whether one was yanked. Downloads the
# database from GitHub, so .ci/run does not include this check.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

need_cargo cargo-deny 0.20.2
cargo deny check advisories

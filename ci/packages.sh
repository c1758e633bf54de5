#!/usr/bin/env bash
# The crates can be packaged, and what is packaged compiles.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo package --allow-dirty --quiet -p breaker-core -p breaker-macros -p breaker-runtime --target-dir target/packages
ls target/packages/package/*.crate

#!/usr/bin/env bash
# Lets a storm of calls, overrides, settings and readings break over a few breakers for so many seconds
# (10 unless told otherwise), and prints what came of it.
set -euo pipefail
cd "$(dirname "$0")/.."

export STORM_SECONDS=${1:-10}
cargo test --release --test storm -- --nocapture

#!/usr/bin/env bash
# Checks that the committed lock files match their manifests.
set -euo pipefail
cd "$(dirname "$0")/.."

for manifest in Cargo.toml fuzz/Cargo.toml tests/browser/Cargo.toml tests/classifiers/Cargo.toml; do
    cargo metadata --locked --format-version 1 --manifest-path "$manifest" >/dev/null
    echo "the lock file of $manifest is up to date"
done

#!/bin/sh
# Runs rustdoc with unstable options, for ci/public-api.sh.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"

#!/bin/sh
# A wrapper around rustc for ci/coverage.sh: compiles a crate so that it counts the lines that run.
exec "$@" -C instrument-coverage

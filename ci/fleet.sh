#!/usr/bin/env bash
# Runs the tests of the fleet on real servers: stopped, killed, flushed, failed over, behind a faulty proxy, in a
# cluster, with access control and TLS. REDIS_BIN names the server; the default is `redis-server`.
#
# usage: ci/fleet.sh [PART OF A NAME …]
#
# Debian's package may start a server of its own. The tests do not use it.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

need_debian "${REDIS_BIN:-redis-server}" redis-server
need_debian openssl openssl
run_tests --test fleet -- "$@"
run_tests -p breaker-runtime --lib --features redis,test-util redis::

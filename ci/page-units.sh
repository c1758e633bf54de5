#!/usr/bin/env bash
# Tests the modules of the page that need no browser, with Node.js 20 or later.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

need_debian node nodejs
node --test tests/page/*.test.js

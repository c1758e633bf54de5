#!/usr/bin/env bash
# Checks what an editor shows of annotated functions: asks rust-analyzer about each name in tests/editor/src/cases.rs, with
# the attributes and without them. Fails if fewer answers are the same than below. `--all` prints all that differ.
# Debian's rust-analyzer is unpacked into target/, and nothing is installed.
set -euo pipefail
export LC_ALL=C

# The answers that have to be the same, of 988. The others list the parameters of functions further up, as names for new
# parameters; rust-analyzer reads them from the expansion.
readonly LEAST=965

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh

command -v python3 >/dev/null || skip "python3 is missing"
macros=$(rustc --print sysroot)/libexec/rust-analyzer-proc-macro-srv
[[ -x $macros ]] || skip "this toolchain has no server of procedural macros"
unpack_rust_web
library=$(echo target/rust-web/usr/src/rustc-*/library)

# The same versions as in the workspace.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
cp Cargo.lock tests/editor
python3 ci/editor.py target/rust-web/rust-analyzer "$PWD/$library" "$macros" "$LEAST" "$@"

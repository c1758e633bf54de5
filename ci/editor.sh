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
command -v apt-get >/dev/null || skip "rust-analyzer is unpacked from packages of Debian"

folder=$root/target/rust-analyzer
if [[ ! -x $folder/analyzer ]]; then
    if [[ $EUID == 0 ]]; then apt update; fi
    std=$(apt-cache depends rust-web-analyzer | grep -o 'libstd-rust-web-[0-9.]*' | head -n 1)
    [[ -n $std ]] || skip "Debian has no rust-analyzer"
    llvm=$(apt-cache depends "$std" | grep -o 'libllvm[0-9]*' | head -n 1)
    unpack_debian "$folder" rust-web-analyzer "$std" "$llvm" rust-web-src ||
        skip "Debian's rust-analyzer cannot be downloaded"
    # Only the library is needed.
    rm -rf "$folder"/usr/src/rustc-*/{compiler,src,tests}
    cat >"$folder/analyzer" <<'END'
#!/bin/sh
# The unpacked analyzer with its libraries.
folder=$(dirname "$0")/usr
LD_LIBRARY_PATH=$folder/lib/$(uname -m)-linux-gnu exec "$folder/bin/rust-analyzer" "$@"
END
    chmod +x "$folder/analyzer"
fi
library=$(echo "$folder"/usr/src/rustc-*/library)

# The same versions as in the workspace.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
cp Cargo.lock tests/editor
python3 ci/editor.py "$folder/analyzer" "$library" "$macros" "$LEAST" "$@"

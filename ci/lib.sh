# Functions that several of these scripts use. A script loads them after it has changed to the repository's root.
# shellcheck shell=bash

# skip REASON: ends a check that cannot run on this machine. On CI every check has to run, so there it fails.
skip() {
    if [[ ${CI:-} == true ]]; then
        echo "cannot run: $1" >&2
        exit 1
    fi
    echo "SKIPPED: $1"
    exit 0
}

# apt ARGUMENT...: runs apt-get once no other step does.
apt_lock=$PWD/target/apt.lock
apt() {
    mkdir -p "${apt_lock%/*}"
    flock "$apt_lock" apt-get --quiet=2 "$@"
}

# need_debian COMMAND PACKAGE: installs a Debian package on CI if the command is missing.
need_debian() {
    if ! command -v "$1" >/dev/null && [[ ${CI:-} == true ]] && command -v apt-get >/dev/null; then
        apt update && DEBIAN_FRONTEND=noninteractive apt install --yes --no-install-recommends "$2"
    fi
    command -v "$1" >/dev/null || skip "$1 is missing; Debian's package $2 has it"
}

# unpack_debian FOLDER PACKAGE[=VERSION]...: unpacks Debian packages into a folder and installs nothing.
# Fails where they cannot be downloaded.
unpack_debian() {
    local folder=$1
    shift
    rm -rf "$folder"
    mkdir -p "$folder"
    (
        cd "$folder" && apt download --option APT::Sandbox::User=root "$@" || exit
        for package in *.deb; do
            dpkg --extract "$package" . && rm "$package" || exit
        done
    )
}

# wrap_unpacked FOLDER PROGRAM...: makes FOLDER/PROGRAM, which starts an unpacked program with its libraries.
wrap_unpacked() {
    local folder=$1 program
    shift
    for program in "$@"; do
        cat >"$folder/$program" <<'END'
#!/bin/sh
# An unpacked program with its libraries.
folder=$(dirname "$0")/usr
LD_LIBRARY_PATH=$folder/lib/$(uname -m)-linux-gnu exec "$folder/bin/$(basename "$0")" "$@"
END
        chmod +x "$folder/$program"
    done
}

# unpack_rust_web: unpacks Debian's newest compiler with its analyzer and the source of the standard library into
# target/rust-web, and installs nothing. The programs are target/rust-web/rustc and target/rust-web/rust-analyzer.
unpack_rust_web() {
    local folder=$PWD/target/rust-web version std llvm
    [[ ! -e $folder/rust-analyzer ]] || return 0
    command -v apt-get >/dev/null || skip "rust-analyzer and the standard library's source are packages of Debian"
    if [[ $EUID == 0 ]]; then apt update; fi
    version=$(apt-cache madison rust-web-analyzer | awk '{ print $3; exit }')
    std=$(apt-cache depends "rust-web-analyzer=$version" | grep -o 'libstd-rust-web-[0-9.]*' | head -n 1) ||
        skip "Debian has no rust-analyzer"
    llvm=$(apt-cache depends "$std" | grep -o 'libllvm[0-9]*' | head -n 1)
    unpack_debian "$folder" {rust-web-analyzer,rustc-web,rust-web-src,libstd-rust-web-dev}="$version" "$std" "$llvm" ||
        skip "Debian's Rust $version cannot be downloaded"
    # Of the source, only the library is needed.
    rm -rf "$folder"/usr/src/rustc-*/{compiler,src,tests}
    wrap_unpacked "$folder" rustc rust-analyzer
}

# unpack_old_rust VERSION: unpacks Debian's compiler of this version into target/rust-VERSION, and installs nothing. The
# program is target/rust-VERSION/rustc.
unpack_old_rust() {
    local folder=$PWD/target/rust-$1 compiler std=libstd-rust-web-$1 llvm
    [[ ! -e $folder/rustc ]] || return 0
    command -v apt-get >/dev/null || skip "Rust $1 is a package of Debian"
    if [[ $EUID == 0 ]]; then apt update; fi
    # Debian builds web browsers with rustc-web, of which it keeps several versions.
    compiler=$(apt-cache madison rustc-web | awk -v version="$1." 'index($3, version) == 1 { print $3; exit }')
    [[ -n $compiler ]] || skip "Debian has no Rust $1"
    llvm=$(apt-cache depends "$std" | grep -o 'libllvm[0-9]*' | head -n 1)
    unpack_debian "$folder" {rustc-web,libstd-rust-web-dev}="$compiler" "$std" "$llvm" ||
        skip "Debian's Rust $1 cannot be downloaded"
    wrap_unpacked "$folder" rustc
}

# need_cargo CRATE VERSION: installs a tool from crates.io if this version of it is missing.
need_cargo() {
    cargo install --list | grep -q "^$1 v$2:" && return
    echo "installing $1 $2"
    # The tools have little to do, so a build without optimisation is the shortest.
    CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug --force --version "$2" --target-dir target/tools \
        "$1" || skip "$1 $2 cannot be installed"
}

# cargo_with_clippy ARGUMENT...: runs cargo with clippy as the compiler, and denies warnings. `cargo clippy` would check
# all dependencies first, which a later build could not use.
cargo_with_clippy() {
    RUSTFLAGS="-D warnings" RUSTC_WORKSPACE_WRAPPER=clippy-driver cargo "$@"
}

# copy_crates FOLDER CRATE...: copies some crates to a folder, as a workspace without the others.
copy_crates() {
    local folder=$1
    shift
    mkdir -p "$folder"
    cp -rL "$@" "$folder"
    sed -e '/^\[package\]/,$d' -e '/^exclude/d' -e '/^default-members/d' \
        -e "/^members = \[\$/,/^\]/c members = [$(printf '"%s", ' "$@")]" Cargo.toml >"$folder/Cargo.toml"
}

# run_tests ARGUMENT...: runs `cargo test` with the arguments, and fails if they match no test.
run_tests() {
    local said
    # `tee /dev/fd/3` would truncate the output if it is a file.
    { said=$(cargo test "$@" | tee >(cat >&3)); } 3>&1
    grep -q '^test result: ok. [1-9]' <<<"$said"
}

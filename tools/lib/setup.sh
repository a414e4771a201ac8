# What tools/run, tools/test and tools/bench share: where the project is, and Debian packages installed when missing.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# To build and to run daybook.
build_packages=(
    libarchive-dev libbrotli-dev libcurl4-openssl-dev libdeflate-dev libjq-dev libonig-dev libpcre2-dev libsqlite3-dev
    libxml2-dev libzstd-dev pkg-config zlib1g-dev
)

# What the tests start or compare with, beside the above.
test_packages=(brotli git gzip nghttp2-server openssl python3 python3-venv sqlite3 tabix zstd)

apt_update() {
    if [ "$(id -u)" -eq 0 ]; then apt-get update -qq >&2; else sudo apt-get update -qq >&2; fi
}

# need PACKAGE…: installs those that are missing, and says which; asks sudo where the user is not root.
need() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    if ! command -v apt-get >/dev/null; then
        echo "These Debian packages are missing and there is no apt-get here to install them: ${missing[*]}" >&2
        return 1
    fi
    echo "Installing Debian packages that are missing: ${missing[*]}" >&2
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    apt_update
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# need_python PACKAGE…: sets `python` to one that has these packages, whose modules are called as they are, from PyPI: in an environment
# of the project's own, made where missing.
need_python() {
    local venv="$root/.build/test-python" package missing=()
    python="$venv/bin/python"
    for package in "$@"; do
        "$python" -c "import $package" 2>/dev/null || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    need python3 python3-venv
    echo "Installing Python packages that are missing: ${missing[*]}" >&2
    [ -x "$python" ] || python3 -m venv "$venv" >&2
    "$python" -m pip install --quiet --disable-pip-version-check "${missing[@]}" >&2
}

# need_unpacked PROGRAM PACKAGE: PROGRAM from a Debian package that would start a service if it were installed: it is unpacked into a
# folder of the project's own, which is put on the PATH.
need_unpacked() {
    local tools="$root/.build/test-tools" work
    export PATH="$tools:$PATH"
    command -v "$1" >/dev/null && return
    echo "Unpacking $1 from the Debian package $2" >&2
    mkdir -p "$tools"
    work=$(mktemp -d)
    (cd "$work" && { apt-get download -qq "$2" >&2 2>/dev/null || { apt_update && apt-get download -qq "$2" >&2; }; })
    dpkg-deb --fsys-tarfile "$work"/*.deb | tar -x -C "$work" "./usr/bin/$1"
    mv "$work/usr/bin/$1" "$tools/"
    rm -rf "$work"
}

# Swift 6.2 or newer must be there; it does not come from Debian.
need_swift() {
    if ! command -v swift >/dev/null; then
        echo "Swift is missing: install a 6.2 or newer toolchain (https://www.swift.org/install/linux/) and put it on the PATH." >&2
        return 2
    fi
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    read -r major minor <<<"$version"
    if [ "${major:-0}" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
        echo "Swift ${major:-?}.${minor:-?} is too old: daybook needs 6.2 or newer." >&2
        return 2
    fi
}

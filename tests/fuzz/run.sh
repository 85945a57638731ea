#!/usr/bin/env bash
# Runs the fuzz targets one after the other. Needs a nightly toolchain and cargo-fuzz.
# Usage: run.sh [SECONDS [TARGET...]]. Default: all targets, 660 seconds each.
set -euo pipefail
cd "$(dirname "$0")/targets"

seconds=${1:-660}
targets=("${@:2}")
if [ "${#targets[@]}" = 0 ]; then
    targets=(response http1 params project qr_code session_jwt timestamp totp_code)
fi

for target in "${targets[@]}"; do
    seeds=("../regressions/$target")
    longest=4096
    if [ "$target" = response ]; then
        seeds+=(../../fixtures/*/)
        longest=32768
    fi
    mkdir -p "corpus/$target"
    cargo +nightly fuzz run --fuzz-dir . "$target" "corpus/$target" "${seeds[@]}" -- \
        -dict="dictionaries/$target.dict" -max_len="$longest" -max_total_time="$seconds" \
        -rss_limit_mb=2048 -timeout=30 -print_final_stats=1
done

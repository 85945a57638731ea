#!/usr/bin/env bash
# Runs the fuzz targets one after the other. Needs a nightly toolchain and cargo-fuzz.
# Usage: run.sh [SECONDS [TARGET...]]; by default all targets, 660 seconds each.
set -euo pipefail
cd "$(dirname "$0")/targets"

seconds=${1:-660}
targets=("${@:2}")
if [ "${#targets[@]}" = 0 ]; then
    targets=(answer http1 params project qr_code timestamp totp_code)
fi

for target in "${targets[@]}"; do
    seeds=("../regressions/$target")
    longest=4096
    detect_leaks=1
    if [ "$target" = answer ]; then
        seeds+=(../../fixtures/{create,authenticate,migrate,error,requests})
        longest=32768
    fi
    # The search takes what a thread that is about to end still holds for lost.
    if [ "$target" = http1 ]; then
        detect_leaks=0
    fi
    mkdir -p "corpus/$target"
    cargo +nightly fuzz run --fuzz-dir . "$target" "corpus/$target" "${seeds[@]}" -- \
        -dict="dictionaries/$target.dict" -max_len="$longest" -max_total_time="$seconds" \
        -rss_limit_mb=2048 -timeout=30 -detect_leaks="$detect_leaks" -print_final_stats=1
done

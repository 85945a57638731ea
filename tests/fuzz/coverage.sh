#!/usr/bin/env bash
# Counts the lines of totps-core and totps-ureq that the inputs of the fuzz targets reach, for each
# target and for all together. Needs the tools of run.sh and LLVM's tools: rustup's component
# llvm-tools of the nightly toolchain, or the tools in the folder LLVM_BIN.
# Usage: coverage.sh [TARGET...]. Default: all targets.
set -euo pipefail
cd "$(dirname "$0")/targets"

llvm=${LLVM_BIN:-$(rustc +nightly --print target-libdir)/../bin}
triple=$(rustc +nightly -vV | sed -n 's/^host: //p')
targets=("$@")
if [ "${#targets[@]}" = 0 ]; then
    targets=(response http1 params project qr_code session_jwt timestamp totp_code)
fi

report() { # PROFILE BINARY...
    local binaries=("${@:3}")
    "$llvm/llvm-cov" report -instr-profile="$1" "$2" "${binaries[@]/#/-object=}" \
        -ignore-filename-regex='/(\.cargo|rustc|rustlib|fuzz)/' -show-region-summary=false
}

profiles=() binaries=()
for target in "${targets[@]}"; do
    seeds=("../regressions/$target")
    if [ "$target" = response ]; then
        seeds+=(../../fixtures/*/)
    fi
    mkdir -p "corpus/$target"
    cargo +nightly fuzz coverage --fuzz-dir . --target-dir target/coverage --llvm-path "$llvm" \
        "$target" "corpus/$target" "${seeds[@]}"
    profiles+=("coverage/$target/coverage.profdata")
    binaries+=("target/coverage/$triple/release/$target")
done

for index in "${!targets[@]}"; do
    printf '\n%s\n' "${targets[index]}"
    report "${profiles[index]}" "${binaries[index]}"
done
"$llvm/llvm-profdata" merge -sparse "${profiles[@]}" -o coverage/all.profdata
printf '\nall\n'
report coverage/all.profdata "${binaries[@]}"

# The gates of .ci/quick. .ci/run runs them too, with `test` instead of `test-quick`.
quick_gates=(format links typos lint example test-quick)

# Retry downloads, so that a failing registry does not fail a gate.
export CARGO_NET_RETRY=10 PIP_RETRIES=10 npm_config_fetch_retries=5
# A command that each gate is run with.
limit=()

# run_gates GATE...: runs the gates one after the other, continues after a failure, and ends with a table.
# Sourced by quick, run and release.
export TOTPS_SKIPPED
TIMEFORMAT='%0R %0U %0S'

run_gates() {
    local gate status wall user sys times started=$SECONDS
    local passed=0 skipped=0 failed=() rows=()
    TOTPS_SKIPPED=$(mktemp)
    times=$(mktemp)
    for gate in "$@"; do
        printf '\n=== %s\n' "$gate"
        status=0 && : >"$TOTPS_SKIPPED"
        # `time` writes to its own file; the gate's output goes to the screen.
        { time ${limit[@]+"${limit[@]}"} bash ".ci/gates/$gate" 2>&3 3>&-; } 3>&2 2>"$times" || status=$?
        read -r wall user sys <"$times"
        case $status in
            0) passed=$((passed + 1)) && status=passed ;;
            77) skipped=$((skipped + 1)) && status="skipped: $(cat "$TOTPS_SKIPPED")" ;;
            124) failed+=("$gate") && status='FAILED: timed out after half an hour' ;;
            130 | 143) echo 'interrupted' && exit "$status" ;;
            *) failed+=("$gate") && status='FAILED' ;;
        esac
        rows+=("$(printf '%-18s %5d s %7d s   %s' "$gate" "$wall" "$((user + sys))" "$status")")
        echo "--- ${rows[${#rows[@]} - 1]}"
    done
    rm -f "$TOTPS_SKIPPED" "$times"

    printf '\n=== summary\n%-18s %7s %9s\n' gate time CPU
    printf '%s\n' "${rows[@]}"
    printf 'total: %d min %02d s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60))
    for gate in ${failed[@]+"${failed[@]}"}; do
        echo "to run it alone: .ci/gates/$gate"
    done
    echo "$passed passed, ${#failed[@]} failed, $skipped skipped"
    [ ${#failed[@]} = 0 ]
}

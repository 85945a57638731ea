//! The limits that the measurements should keep.

use crate::target::Target;

/// Returns the targets, in the order of the tables.
pub(crate) fn all() -> Vec<Target> {
    let by_hand = Some("by hand");
    let derived = Some("derived structs");
    let intact = Some("totps, all readable");
    let decoding = "Instructions to decode, relative to derived structs over all fields";
    let cpu = "ratio of CPU per call";
    let hyper = "CPU per call of `totps-hyper`, relative to hand-written hyper-util";
    let official = Some("stytch-n");
    let each = Some("one for each caller");
    let call = "round trips of a call";
    let opened = "connections opened";
    let size =
        "Size of a stripped program that makes one call, relative to the same on the bare stack";
    let built = "Time to build that program from nothing, relative to the same";
    [
        (
            "Instructions to encode, relative to a hand-written request",
            1.25,
            ["encode", "instructions", "totps", ""],
            by_hand,
        ),
        (
            "Allocations to encode",
            6.0,
            ["encode", "allocations", "totps", ""],
            None,
        ),
        (
            decoding,
            0.85,
            ["decode", "instructions", "totps", "/full"],
            derived,
        ),
        (
            decoding,
            0.85,
            ["decode", "instructions", "totps", "/three-factors"],
            derived,
        ),
        (
            decoding,
            1.0,
            ["decode", "instructions", "totps", "/live-shape"],
            derived,
        ),
        (
            "Allocations to decode, relative to the same structs",
            1.0,
            ["decode", "allocations", "totps", ""],
            derived,
        ),
        (
            "Instructions to decode with one unreadable part, relative to none",
            3.0,
            ["decode, one part unreadable", "instructions", "totps*", ""],
            intact,
        ),
        (
            "CPU per call of `totps-ureq`, relative to hand-written ureq without timeouts",
            0.95,
            ["calls", cpu, "totps-ureq / ureq", ""],
            None,
        ),
        (
            hyper,
            1.05,
            ["calls", cpu, "totps-hyper-1 / hyper-1", "1 caller"],
            None,
        ),
        (
            hyper,
            1.05,
            ["calls", cpu, "totps-hyper-1 / hyper-1", "16 callers"],
            None,
        ),
        (
            hyper,
            1.10,
            ["calls", cpu, "totps-hyper-1 / hyper-1", "256 callers"],
            None,
        ),
        (
            "CPU per call of `totps-hyper`, relative to the official crate",
            0.85,
            ["calls", cpu, "totps-hyper-1 / stytch-1", ""],
            None,
        ),
        (
            "Time per call with 256 callers, relative to 16 callers",
            1.3,
            ["calls", "ratio of time per call", "totps-*", ""],
            None,
        ),
        (
            "KiB of heap for each of 256 waiting calls",
            64.0,
            [
                "calls",
                "KiB of heap at most per waiting call",
                "totps-*",
                "",
            ],
            None,
        ),
        (
            "KiB resident for each of 256 calls",
            64.0,
            ["calls", "KiB resident at most per call", "totps-*", ""],
            None,
        ),
        (
            "Round trips of a call on a warm connection, 90th percentile",
            1.05,
            ["latency", "round trips, p90", "totps-*", ""],
            None,
        ),
        (
            "Round trips of a call on a warm connection, 99th percentile",
            1.15,
            ["latency", "round trips, p99", "totps-*", ""],
            None,
        ),
        (
            "Round trips of the first call",
            2.10,
            ["latency", call, "totps-*", "first call"],
            None,
        ),
        (
            "Round trips of a call after 30 s of silence",
            1.05,
            ["latency", call, "totps-*", "after 30 s of silence"],
            None,
        ),
        (
            "Connections opened for each caller",
            1.0,
            ["latency", opened, "totps-*", ""],
            each,
        ),
        (
            "Full handshakes for 10 successive connections",
            1.0,
            [
                "latency",
                "full handshakes",
                "totps-*",
                "10 new connections",
            ],
            None,
        ),
        (
            "Round trips, relative to the official crate",
            1.02,
            ["latency", "round trips*", "totps-*", ""],
            official,
        ),
        (
            "Connections opened, relative to the official crate",
            1.02,
            ["latency", opened, "totps-*", ""],
            official,
        ),
        (
            "Full handshakes, relative to the official crate",
            1.02,
            ["latency", "full handshakes", "totps-*", ""],
            official,
        ),
        (
            "KiB resident for each of 256 idle connections, relative to the official crate",
            1.0,
            ["latency", "KiB resident for each", "totps-*", ""],
            official,
        ),
        (
            "File descriptors with 256 idle connections, relative to the official crate",
            1.0,
            ["latency", "file descriptors", "totps-*", ""],
            official,
        ),
        (
            "CPU µs of the emulator per call, with 10,000 Members",
            200.0,
            ["emulator", "CPU µs per call", "totps-emulator", ""],
            None,
        ),
        (
            "Microseconds to check a session JWT",
            50.0,
            ["session JWT", "µs", "totps*", "one check"],
            None,
        ),
        (
            "Milliseconds to build a client",
            1.0,
            ["weight", "ms", "totps-*", "building a client"],
            None,
        ),
        (
            "Files opened to build a client",
            0.0,
            ["weight", "files opened", "totps-*", "building a client"],
            None,
        ),
        (
            size,
            1.05,
            ["weight", "ratio of size", "totps-ureq / bare-ureq", ""],
            None,
        ),
        (
            size,
            1.05,
            ["weight", "ratio of size", "totps-hyper / bare-hyper", ""],
            None,
        ),
        (
            built,
            1.05,
            [
                "weight",
                "ratio of time to build",
                "totps-ureq / bare-ureq",
                "",
            ],
            None,
        ),
        (
            built,
            1.05,
            [
                "weight",
                "ratio of time to build",
                "totps-hyper / bare-hyper",
                "",
            ],
            None,
        ),
    ]
    .into_iter()
    .map(|(text, limit, [table, metric, rival, case], base)| Target {
        text,
        limit,
        table,
        metric,
        rival,
        case,
        base,
    })
    .collect()
}

//! The responses that the benches decode: the fixtures without white space between tokens.

use std::hint::black_box;

macro_rules! response {
    ($call:ident, $kind:literal) => {
        include_bytes!(concat!(
            env!("OUT_DIR"),
            "/",
            stringify!($call),
            "-",
            $kind,
            ".json"
        ))
    };
}

macro_rules! responses {
    ($($call:ident)+) => {$(
        /// Responses of one call.
        pub mod $call {
            /// Only the keys that the documentation's samples print.
            pub const MINIMAL: &[u8] = response!($call, "minimal");
            /// Every key; unset values are `null`, `""` or an empty list.
            pub const LIVE_SHAPE: &[u8] = response!($call, "live-shape");
            /// Every key, all set.
            pub const FULL: &[u8] = response!($call, "full");
            /// `LIVE_SHAPE`, but `organization` is a string.
            pub const LIVE_SHAPE_STRING: &[u8] = response!($call, "live-shape-string");
            /// `FULL`, but `organization` is a string.
            pub const FULL_STRING: &[u8] = response!($call, "full-string");
            /// `LIVE_SHAPE`, but one field of the Organization is not a string.
            pub const LIVE_SHAPE_DEEP: &[u8] = response!($call, "live-shape-deep");
            /// `FULL`, but one field of the Organization is not a string.
            pub const FULL_DEEP: &[u8] = response!($call, "full-deep");
        }
    )+};
}

responses! { create authenticate migrate }

/// `authenticate::FULL` with three factors: a real session has one to three.
pub const THREE_FACTORS: &[u8] = response!(authenticate, "full-few");

/// The name of a case and its response.
pub type Case = (&'static str, &'static [u8]);

/// Responses of Create.
pub const CREATE: &[Case] = &[
    ("create/minimal", create::MINIMAL),
    ("create/live-shape", create::LIVE_SHAPE),
    ("create/full", create::FULL),
];

/// Responses of Authenticate.
pub const AUTHENTICATE: &[Case] = &[
    ("authenticate/minimal", authenticate::MINIMAL),
    ("authenticate/live-shape", authenticate::LIVE_SHAPE),
    ("authenticate/three-factors", THREE_FACTORS),
    ("authenticate/full", authenticate::FULL),
];

/// Responses of Migrate.
pub const MIGRATE: &[Case] = &[
    ("migrate/minimal", migrate::MINIMAL),
    ("migrate/live-shape", migrate::LIVE_SHAPE),
    ("migrate/full", migrate::FULL),
];

/// Returns `input` after leaking a block of 1 MiB.
///
/// The block stays allocated. It is larger than everything that is allocated before a bench, so
/// that the process reaches its peak within the bench.
pub fn at_rest<T>(input: T) -> T {
    Box::leak(black_box(vec![0_u8; 1 << 20].into_boxed_slice()));
    input
}

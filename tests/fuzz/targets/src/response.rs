#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| totps_fuzz_checks::response::check(data));

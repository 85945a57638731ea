//! Checks a code that a person typed.

use totps_core::TotpCode;

/// Checks that only six digits, with white space and `-` anywhere, are a code, and that the error
/// does not show the input.
pub fn check(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else {
        return;
    };
    let code: String = typed
        .chars()
        .filter(|character| !" \t\n\x0c\r-".contains(*character))
        .collect();
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    match TotpCode::parse(typed) {
        Ok(parsed) => {
            assert!(is_code, "accepted, but must be refused: {typed:?}");
            assert_eq!(parsed.expose(), code, "wrong code for {typed:?}");
            assert_eq!(format!("{parsed:?}"), "TotpCode(redacted)");
            let again = TotpCode::parse(parsed.expose());
            assert_eq!(again.as_ref().map(TotpCode::expose), Ok(&*code));
        }
        Err(error) => {
            assert!(!is_code, "refused, but must be accepted: {typed:?}");
            let shown = format!("{error:?} {error}");
            let other = TotpCode::parse("").map_err(|error| format!("{error:?} {error}"));
            assert_eq!(other.err(), Some(shown), "the error depends on the input");
        }
    }
}

//! What a person typed as a code.

use totps_core::TotpCode;

/// Six digits are a code, with spaces and `-` anywhere; nothing else is, and nobody sees what it was.
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
            assert!(is_code, "must be refused: {typed:?}");
            assert_eq!(parsed.expose(), code, "another code than {typed:?}");
            assert_eq!(format!("{parsed:?}"), "TotpCode(redacted)");
            let again = TotpCode::parse(parsed.expose());
            assert_eq!(again.as_ref().map(TotpCode::expose), Ok(&*code));
        }
        Err(error) => {
            assert!(!is_code, "must be taken: {typed:?}");
            let shown = format!("{error:?} {error}");
            let other = TotpCode::parse("").map_err(|error| format!("{error:?} {error}"));
            assert_eq!(other.err(), Some(shown), "depends on what was typed");
        }
    }
}

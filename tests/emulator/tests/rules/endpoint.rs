//! The endpoints, one file each.

pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod passwords;
pub(crate) mod recovery_codes;
pub(crate) mod sessions;
pub(crate) mod totp;

use std::path::Path;

use totps_emulator::ENDPOINTS;

#[test]
fn each_endpoint_has_a_source_file_and_a_test_file() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    for endpoint in ENDPOINTS {
        let file = format!("endpoint/{}.rs", endpoint.name().replace('.', "/"));
        for folder in ["src", "tests/rules"] {
            let path = package.join(folder).join(&file);
            assert!(path.exists(), "expected {}", path.display());
        }
    }
}

#[test]
fn names_and_routes_are_unique() {
    for (index, endpoint) in ENDPOINTS.iter().enumerate() {
        for other in &ENDPOINTS[index + 1..] {
            assert_ne!(endpoint.name(), other.name());
            let route = (endpoint.method(), endpoint.path());
            assert_ne!(route, (other.method(), other.path()), "{}", other.name());
        }
    }
}

//! Routing: finds the endpoint for a method and a path.

use std::collections::HashMap;
use std::sync::LazyLock;

use http::Method;
use matchit::Router;
use percent_encoding::percent_decode_str;

use super::error::Refusal;
use crate::endpoint::{ENDPOINTS, Endpoint};
use crate::settings::{ErrorCase, HttpSettings};

/// The endpoints, grouped by path. A literal path segment takes precedence over a parameter.
static ROUTER: LazyLock<Router<Vec<&'static Endpoint>>> = LazyLock::new(|| {
    let mut paths: HashMap<&str, Vec<&'static Endpoint>> = HashMap::new();
    for endpoint in ENDPOINTS {
        paths.entry(endpoint.path).or_default().push(endpoint);
    }
    let mut router = Router::new();
    for (path, endpoints) in paths {
        // The paths are constants. A test fails if the router refuses one, because it has no route
        // then.
        let _ = router.insert(path, endpoints);
    }
    router
});

/// The endpoint of a request.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) endpoint: &'static Endpoint,
    /// The parameters in the path, decoded.
    pub(super) path: HashMap<String, String>,
}

impl Route {
    pub(super) fn find(
        method: &Method,
        path: &str,
        settings: &HttpSettings,
    ) -> Result<Self, Refusal> {
        let path = path
            .strip_suffix('/')
            .filter(|_| settings.ignore_trailing_slash)
            .unwrap_or(path);
        let found = ROUTER.at(path).map_err(|_| ErrorCase::RouteNotFound)?;
        let mut endpoints = found.value.iter();
        let endpoint = endpoints.find(|endpoint| endpoint.method == *method);
        let endpoint = endpoint.ok_or(ErrorCase::MethodNotAllowed)?;
        let decode = |value| percent_decode_str(value).decode_utf8_lossy().into_owned();
        let parameters = found.params.iter();
        Ok(Self {
            endpoint,
            path: parameters
                .map(|(name, value)| (name.to_owned(), decode(value)))
                .collect(),
        })
    }
}

/// Returns the endpoint of a request, for code that does not respond to it.
pub(crate) fn endpoint(
    method: &Method,
    path: &str,
    settings: &HttpSettings,
) -> Option<&'static Endpoint> {
    let route = Route::find(method, path, settings).ok();
    route.map(|route| route.endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_has_a_route() {
        for endpoint in ENDPOINTS {
            let path = endpoint.path.replace(['{', '}'], "x");
            let found = super::endpoint(&endpoint.method, &path, &HttpSettings::default());
            assert_eq!(found.map(Endpoint::name), Some(endpoint.name));
        }
    }
}

//! Requests that typed calls cannot make: other endpoints, and bodies that break a rule.

use serde_json::Value;
use totps_ureq::http::{HeaderValue, Method, header};
use totps_ureq::{Body, Call, Error, InvalidParams, Json, Operation, Project, Request};

/// A request to any path of the API, with a JSON body if it is a POST or a PUT.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    method: Method,
    start: &'static str,
    segments: Vec<Segment>,
    query: Vec<(&'static str, String)>,
    body: Value,
}

#[derive(Clone, Debug)]
enum Segment {
    Value(String),
    Constant(&'static str),
}

impl Plain {
    fn new(method: Method, start: &'static str, body: Value) -> Self {
        Self {
            method,
            start,
            segments: Vec::new(),
            query: Vec::new(),
            body,
        }
    }

    pub(crate) fn get(start: &'static str) -> Self {
        Self::new(Method::GET, start, Value::Null)
    }

    pub(crate) fn post(start: &'static str, body: Value) -> Self {
        Self::new(Method::POST, start, body)
    }

    pub(crate) fn put(start: &'static str, body: Value) -> Self {
        Self::new(Method::PUT, start, body)
    }

    pub(crate) fn delete(start: &'static str) -> Self {
        Self::new(Method::DELETE, start, Value::Null)
    }

    /// Appends a value to the path, escaped.
    pub(crate) fn segment(mut self, value: &str) -> Self {
        self.segments.push(Segment::Value(value.to_owned()));
        self
    }

    /// Appends a constant to the path.
    pub(crate) fn path(mut self, path: &'static str) -> Self {
        self.segments.push(Segment::Constant(path));
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }
}

impl Operation for Plain {
    type Response = Json<Value>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        let mut call = match self.method {
            Method::GET => Call::get(self.start),
            Method::DELETE => Call::delete(self.start),
            Method::PUT => Call::put(self.start),
            _ => Call::post(self.start),
        };
        for segment in &self.segments {
            call = match segment {
                Segment::Value(value) => call.segment("id", value)?,
                Segment::Constant(path) => call.path(path),
            };
        }
        for (name, value) in &self.query {
            call = call.query(name, value);
        }
        if self.body.is_null() {
            Ok(call)
        } else {
            call.json(&self.body)
        }
    }
}

/// A request of an operation that can be modified in ways that an operation does not allow.
pub(crate) struct Bent {
    request: Request,
}

impl Bent {
    pub(crate) fn new<P: Operation>(project: &Project, params: &P) -> Result<Self, Error> {
        let request = project.request(params)?;
        Ok(Self { request })
    }

    /// Replaces the body by a text.
    pub(crate) fn body(mut self, text: impl Into<Vec<u8>>) -> Self {
        *self.request.body_mut() = Body::from(text.into());
        self
    }

    pub(crate) fn method(mut self, method: Method) -> Self {
        *self.request.method_mut() = method;
        self
    }

    /// Sets a header, or removes it if the value is `None`.
    pub(crate) fn header(mut self, name: header::HeaderName, value: Option<&str>) -> Self {
        match value.map(HeaderValue::from_str) {
            Some(Ok(value)) => {
                self.request.headers_mut().insert(name, value);
            }
            _ => {
                self.request.headers_mut().remove(name);
            }
        }
        self
    }

    /// Appends a text to the URL.
    pub(crate) fn path_ending(mut self, ending: &str) -> Self {
        let url = format!("{}{ending}", self.request.uri());
        if let Ok(url) = url.parse() {
            *self.request.uri_mut() = url;
        }
        self
    }

    pub(crate) fn into_request(self) -> Request {
        self.request
    }
}

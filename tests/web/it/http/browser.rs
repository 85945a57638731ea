//! A simple browser: it keeps cookies, and sends the forms of the last page.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use totps_emulator::Emulator;
use tower::ServiceExt as _;

use crate::service::{self, PASSWORD};

pub(super) struct Browser {
    pub(super) router: Router,
    pub(super) emulator: Arc<Emulator>,
    pub(super) cookies: BTreeMap<String, String>,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) html: String,
    /// The path of each request, and each `Location`.
    pub(super) addresses: Vec<String>,
}

impl Browser {
    pub(super) async fn new() -> Self {
        let emulator = service::emulator();
        let router = service::app(&emulator, false).await;
        Self::of(&router, &emulator)
    }

    /// Creates another browser for a service.
    pub(super) fn of(router: &Router, emulator: &Arc<Emulator>) -> Self {
        Self {
            router: router.clone(),
            emulator: Arc::clone(emulator),
            cookies: BTreeMap::new(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            html: String::new(),
            addresses: Vec::new(),
        }
    }

    /// Opens a page, and follows redirects.
    pub(super) async fn get(&mut self, path: &str) -> &mut Self {
        self.send("GET", path, None).await;
        while let Some(location) = self.location() {
            self.send("GET", &location, None).await;
        }
        self
    }

    /// Sends a form with the token of the last page, and follows redirects.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &mut Self {
        self.post_only(path, fields).await;
        if let Some(location) = self.location() {
            self.get(&location).await;
        }
        self
    }

    pub(super) async fn post_only(&mut self, path: &str, fields: &[(&str, &str)]) {
        let token = self.csrf_token();
        let mut form = vec![("csrf_token", token.as_str())];
        form.extend(fields);
        let form = serde_urlencoded::to_string(form).unwrap();
        self.send("POST", path, Some(form)).await;
    }

    /// Returns the token in the forms of the last page; empty if there is none.
    pub(super) fn csrf_token(&self) -> String {
        let rest = self.html.split_once("name=\"csrf_token\" value=\"");
        rest.map(|(_, rest)| rest.split('"').next().unwrap().to_owned())
            .unwrap_or_default()
    }

    pub(super) fn location(&self) -> Option<String> {
        let location = self.headers.get(LOCATION)?;
        Some(location.to_str().unwrap().to_owned())
    }

    pub(super) async fn send(&mut self, method: &str, path: &str, form: Option<String>) {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder().method(method).uri(path);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request
            .body(form.map_or_else(Body::empty, Body::from))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        self.addresses.push(path.to_owned());
        (self.status, self.headers) = (head.status, head.headers);
        self.addresses.extend(self.location());
        self.store_cookies();
        let body = body.collect().await.unwrap().to_bytes();
        self.html = String::from_utf8(body.to_vec()).unwrap();
    }

    /// Stores the cookies of the last response.
    pub(super) fn store_cookies(&mut self) {
        for cookie in self.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(super) fn heading(&self) -> &str {
        self.html
            .split_once("<h1>")
            .map_or("", |(_, rest)| rest.split("</h1>").next().unwrap())
    }

    #[track_caller]
    pub(super) fn assert_shows(&self, text: &str) {
        let html = &self.html;
        assert!(html.contains(text), "expected {text:?} in {html}");
    }

    /// Signs in with the password. The next page asks for a code, or for a set-up.
    pub(super) async fn password(&mut self, email: &str) -> &mut Self {
        self.get("/sign-in").await;
        self.post("/sign-in", &[("email", email), ("password", PASSWORD)])
            .await
    }

    /// Signs Grace in.
    pub(super) async fn sign_in(&mut self) -> &mut Self {
        self.password("grace@example.com").await;
        let code = self.emulator.code("grace").unwrap();
        self.post("/code", &[("code", &code)]).await;
        assert_eq!(self.heading(), "Welcome", "{}", self.html);
        self
    }

    /// Returns the API calls since the last time, by their endpoints.
    pub(super) fn calls(&self) -> Vec<&'static str> {
        let calls = self.emulator.requests();
        self.emulator.clear_requests();
        calls.iter().filter_map(|call| call.endpoint).collect()
    }
}

//! A page in the browser, by what a user sees and does.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use totps_emulator::Emulator;
use url::{ParseError, Url};

use super::chromedriver::ChromeDriver;
use crate::service::PASSWORD;

/// How long to wait for an element, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

pub(super) struct Page {
    pub(super) client: Client,
    pub(super) emulator: Arc<Emulator>,
    url: String,
}

impl Page {
    pub(super) async fn open(
        driver: &ChromeDriver,
        url: String,
        emulator: Arc<Emulator>,
        scripts: bool,
    ) -> Self {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--window-size=800,900",
        ];
        let mut options = json!({ "binary": driver.chromium, "args": arguments });
        if !scripts {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let capabilities = json!({ "goog:chromeOptions": options });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().unwrap().clone());
        // On a busy machine, ChromeDriver may time out.
        let mut client = builder.connect(&driver.url()).await;
        for _ in 0..2 {
            if client.is_err() {
                client = builder.connect(&driver.url()).await;
            }
        }
        let client = client.unwrap();
        Self {
            client,
            emulator,
            url,
        }
    }

    pub(super) async fn go(&self, path: &str) {
        self.client
            .goto(&format!("{}{path}", self.url))
            .await
            .unwrap();
    }

    pub(super) async fn back(&self) {
        self.client.back().await.unwrap();
    }

    /// Waits for a page with this heading.
    pub(super) async fn expect(&self, heading: &str) {
        let locator = format!("//h1[normalize-space()={}]", quoted(heading));
        self.wait(&locator, &format!("the page {heading:?}")).await;
    }

    /// Waits for a message that contains this text.
    pub(super) async fn expect_message(&self, text: &str) {
        let locator = format!(
            "//*[@id='message'][contains(normalize-space(), {})]",
            quoted(text)
        );
        self.wait(&locator, &format!("a message with {text:?}"))
            .await;
    }

    /// Waits for an element. Retries after every error, since many kinds occur while a page loads.
    pub(super) async fn wait(&self, locator: &str, what: &str) -> Element {
        let begun = Instant::now();
        loop {
            match self.client.find(Locator::XPath(locator)).await {
                Ok(element) => return element,
                Err(_) if begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
                Err(error) => panic!("expected {what}: {error}\n{}", self.text().await),
            }
        }
    }

    /// Returns the visible text.
    pub(super) async fn text(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.unwrap();
        body.text().await.unwrap()
    }

    /// Returns the texts of all elements that match.
    pub(super) async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::Css(css)).await.unwrap() {
            texts.push(element.text().await.unwrap());
        }
        texts
    }

    /// Replaces the text of the field with this label.
    pub(super) async fn fill(&self, label: &str, text: &str) {
        let locator = format!(
            "//input[@id=//label[normalize-space()={}]/@for]",
            quoted(label)
        );
        let field = self.wait(&locator, &format!("the field {label:?}")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses a button, and waits until the browser leaves the page.
    pub(super) async fn press(&self, button: &str) {
        let locator = format!("//button[normalize-space()={}]", quoted(button));
        self.leave(&locator, &format!("the button {button:?}"))
            .await;
    }

    /// Follows a link, and waits until the browser leaves the page.
    pub(super) async fn follow(&self, link: &str) {
        let locator = format!("//a[normalize-space()={}]", quoted(link));
        self.leave(&locator, &format!("the link {link:?}")).await;
    }

    /// Clicks an element, and waits until the browser leaves the page. The next page may look the
    /// same, so its text does not show that it was loaded.
    async fn leave(&self, locator: &str, what: &str) {
        let element = self.wait(locator, what).await;
        let page = self.client.find(Locator::Css("html")).await.unwrap();
        element.click().await.unwrap();
        let left = format!("{what} leads to another page");
        self.until(&left, async || page.tag_name().await.is_err())
            .await;
    }

    /// Waits until a condition is true.
    pub(super) async fn until(&self, what: &str, is_true: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !is_true().await {
            assert!(begun.elapsed() < PATIENCE, "expected that {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(super) async fn sign_in(&self, email: &str) {
        self.go("/sign-in").await;
        self.expect("Sign in").await;
        self.fill("E-mail address", email).await;
        self.fill("Password", PASSWORD).await;
        self.press("Sign in").await;
    }

    /// Enters a code, and presses the button.
    pub(super) async fn enter(&self, code: &str) {
        self.fill("Code", code).await;
        self.press("Continue").await;
    }

    /// Returns the current code of a Member's app.
    pub(super) fn code(&self, member: &str) -> String {
        self.emulator.code(member).unwrap()
    }

    /// Advances the clock by 30 seconds, and returns the next code of a Member's app.
    pub(super) fn next_code(&self, member: &str) -> String {
        self.emulator.advance(Duration::from_secs(30));
        self.code(member)
    }

    pub(super) async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.unwrap()
    }

    /// Shows the page in light or dark mode, in this size.
    pub(super) async fn look(&self, dark: bool, width: u32, height: u32) {
        let scheme = if dark { "dark" } else { "light" };
        let scheme = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": scheme }))
            .await;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Shows the page as it is printed.
    pub(super) async fn on_paper(&self) {
        let media = json!({ "media": "print" });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    async fn devtools(&self, method: &str, params: Value) {
        let command = DevTools(json!({ "cmd": method, "params": params }));
        self.client.issue_cmd(command).await.unwrap();
    }

    /// Saves a picture of the whole page for the README.
    pub(super) async fn save(&self, name: &str, dark: bool, width: u32) {
        self.look(dark, width, 200).await;
        let script = "document.activeElement.blur(); return document.documentElement.scrollHeight";
        let height = self.client.execute(script, Vec::new()).await.unwrap();
        self.look(
            dark,
            width,
            u32::try_from(height.as_u64().unwrap()).unwrap(),
        )
        .await;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
        std::fs::write(
            folder.join(name).with_extension("png"),
            self.screenshot().await,
        )
        .unwrap();
    }
}

/// A command of the DevTools protocol, sent by ChromeDriver.
#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!(
            "session/{}/goog/cdp/execute",
            session_id.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.0.to_string()))
    }
}

/// Returns a text as a string of XPath.
fn quoted(text: &str) -> String {
    assert!(
        !text.contains('"'),
        "expected a text without quotation marks"
    );
    format!("\"{text}\"")
}

//! What users do, in headless Chromium.
//!
//! Without Chromium and ChromeDriver these tests print that they were skipped. With
//! `TOTPS_BROWSER=required`, which CI sets, they fail.

mod accessibility;
mod chromedriver;
mod login;
mod lost_responses;
mod page;
mod qr_code;
mod tour;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use totps_emulator::{Emulator, MfaPolicy};

use self::chromedriver::ChromeDriver;
use self::page::Page;
use crate::service;

/// How many browsers run at the same time. Each needs a core and 300 MB.
static BROWSERS: Semaphore = Semaphore::const_new(2);

/// Runs a test in a new browser, with a service over a new emulator.
fn in_browser(scripts: bool, test: impl AsyncFnOnce(&Page, &Emulator)) {
    in_browser_with(scripts, MfaPolicy::RequiredForAll, test);
}

fn in_browser_with(scripts: bool, policy: MfaPolicy, test: impl AsyncFnOnce(&Page, &Emulator)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let _permit = BROWSERS.acquire().await.unwrap();
        let Some(driver) = ChromeDriver::start() else {
            return;
        };
        let emulator = service::emulator_with(policy);
        let router = service::app(&emulator, false).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let page = Page::open(&driver, url, Arc::clone(&emulator), scripts).await;
        test(&page, &emulator).await;
        drop(page);
        drop(driver);
        server.abort();
    });
}

//! Makes one call and prints the length of the session token:
//! `BASE_URL PROJECT SECRET ORGANIZATION MEMBER CODE`.

use std::env::args;
use std::error::Error;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderValue;
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::Builder;
use tokio::time::timeout;
use totps_bench_rivals::AuthenticateResponse;
use totps_bench_rivals::requests::{Authenticate, Prepared};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let url = format!("{}/v1/b2b/totp/authenticate", next()?);
    let credentials = BASE64.encode(format!("{}:{}", next()?, next()?));
    let prepared = Prepared {
        uri: url.parse()?,
        authorization: format!("Basic {credentials}").parse()?,
        user_agent: HeaderValue::from_static("acme-login/1.0"),
    };
    let request = prepared.request(&Authenticate {
        organization_id: next()?,
        member_id: next()?,
        code: next()?,
        ..Default::default()
    })?;
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .build();
    let client: Client<_, Full<_>> = Client::builder(TokioExecutor::new()).build(connector);
    let call = async {
        let response = client
            .request(request.map(Full::<bytes::Bytes>::from))
            .await?;
        if !response.status().is_success() {
            return Err(response.status().to_string().into());
        }
        let body = response.into_body().collect().await?.to_bytes();
        Ok::<AuthenticateResponse, Box<dyn Error>>(serde_json::from_slice(&body)?)
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let response = runtime.block_on(async { timeout(Duration::from_secs(10), call).await })??;
    println!("{}", response.session_token.len());
    Ok(())
}

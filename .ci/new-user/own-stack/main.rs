//! The quick start for your own HTTP stack as a program, here with minreq: without a code it enrols a Member,
//! with a code it logs the Member in.

use totps_core::{AuthenticateParams, Client, CreateParams, Project, Request, TotpCode, http};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [
        base_url,
        project_id,
        secret,
        organization,
        member,
        token,
        step @ ..,
    ] = &arguments[..]
    else {
        return Err("usage: BASE_URL PROJECT_ID SECRET ORGANIZATION MEMBER TOKEN [CODE]".into());
    };
    let project = Project::at(base_url.as_str(), project_id.as_str(), secret.as_str())?;
    let client = Client::new(project, |request: Request| send(request));
    let Some(code) = step.first() else {
        let created = client.create(&CreateParams::new(organization.as_str(), member.as_str()))?;
        println!(
            "enrolled {}, QR code of {} bytes",
            created.totp_registration_id,
            created.qr_code.png()?.len()
        );
        return Ok(());
    };
    let params = AuthenticateParams::new(
        organization.as_str(),
        member.as_str(),
        TotpCode::parse(code)?,
    )
    .intermediate_session_token(token.as_str());
    let response = client.authenticate(&params)?;
    response
        .session_token
        .ok_or("the response has no session token")?;
    println!("logged in");
    Ok(())
}

fn send(
    request: Request,
) -> Result<http::Response<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let mut request = minreq::Request::new(
        minreq::Method::Custom(head.method.to_string()),
        head.uri.to_string(),
    )
    .with_body(Vec::from(body))
    .with_follow_redirects(false)
    .with_timeout(10);
    for (name, value) in &head.headers {
        request = request.with_header(name.as_str(), value.to_str()?);
    }
    let received = request.send()?;
    Ok(http::Response::builder()
        .status(u16::try_from(received.status_code)?)
        .body(received.into_bytes())?)
}

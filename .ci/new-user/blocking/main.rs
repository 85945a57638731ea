//! The blocking quick start as a program: without a code it enrols a Member, with a code it logs the Member in.

use totps_ureq::{AuthenticateParams, Client, CreateParams, Project, TotpCode, UreqTransport};

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
    let client = Client::new(project, UreqTransport::new());
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

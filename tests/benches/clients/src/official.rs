//! Stytch's own crate.

use crate::asynchronous::Asynchronous;
use crate::{Endpoint, Fallible, params};

pub(crate) struct Official(stytch::b2b::client::Client);

impl Official {
    pub(crate) fn new(endpoint: &Endpoint) -> Fallible<Self> {
        let http = stytch::client::Client::new_with_base_url(
            params::PROJECT_ID,
            params::SECRET,
            endpoint.base_url.parse()?,
            stytch::client::Vertical::B2B,
        )?;
        let client = stytch::b2b::client::Client::new_with_http_client(http.clone(), http);
        Ok(Self(client))
    }
}

impl Asynchronous for Official {
    async fn call(&self) -> Fallible<usize> {
        let request = stytch::b2b::totps::AuthenticateRequest {
            organization_id: params::ORGANIZATION_ID.to_owned(),
            member_id: params::MEMBER_ID.to_owned(),
            code: params::CODE.to_owned(),
            intermediate_session_token: Some(params::INTERMEDIATE_SESSION_TOKEN.to_owned()),
            session_duration_minutes: Some(params::SESSION_DURATION_MINUTES.into()),
            ..Default::default()
        };
        let response = self.0.totps.authenticate(request).await?;
        Ok(response.session_token.len())
    }
}

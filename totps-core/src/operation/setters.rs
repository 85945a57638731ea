//! Setters that the parameters of several calls share, each for the public field of the same name.

/// Defines the named setters, within an `impl` of parameters.
macro_rules! setters {
    ($($field:ident),+ $(,)?) => { $(setters! { @ $field })+ };

    (@ intermediate_session_token) => {
        /// Sets [`intermediate_session_token`](Self::intermediate_session_token).
        #[must_use]
        pub fn intermediate_session_token(
            mut self,
            token: impl Into<$crate::IntermediateSessionToken>,
        ) -> Self {
            self.intermediate_session_token = Some(token.into());
            self
        }
    };

    (@ session_token) => {
        /// Sets [`session_token`](Self::session_token).
        #[must_use]
        pub fn session_token(mut self, token: impl Into<$crate::SessionToken>) -> Self {
            self.session_token = Some(token.into());
            self
        }
    };

    (@ session_jwt) => {
        /// Sets [`session_jwt`](Self::session_jwt).
        #[must_use]
        pub fn session_jwt(mut self, jwt: impl Into<$crate::SessionJwt>) -> Self {
            self.session_jwt = Some(jwt.into());
            self
        }
    };

    (@ session_duration_minutes) => {
        /// Sets [`session_duration_minutes`](Self::session_duration_minutes): 5 to 527040, checked
        /// by the server.
        #[must_use]
        pub fn session_duration_minutes(mut self, minutes: u32) -> Self {
            self.session_duration_minutes = Some(minutes);
            self
        }
    };

    (@ session_custom_claims) => {
        /// Sets [`session_custom_claims`](Self::session_custom_claims) from a `serde_json::Map`.
        /// The `null`s in it are sent, since they delete claims.
        #[must_use]
        pub fn session_custom_claims(mut self, claims: impl Into<$crate::JsonObject>) -> Self {
            self.session_custom_claims = Some(claims.into());
            self
        }

        /// Sets [`session_custom_claims`](Self::session_custom_claims) from anything that
        /// serialises to a JSON object. A field that serialises to `null`, such as `None` or the
        /// float `NaN`, deletes its claim.
        ///
        /// ```
        /// use totps_core::AuthenticateParams;
        ///
        /// #[derive(serde::Serialize)]
        /// struct Claims {
        ///     plan: &'static str,
        /// }
        ///
        /// let params = AuthenticateParams::new("acme", "member-test-…", "123456")
        ///     .session_claims_from(&Claims { plan: "enterprise" })?;
        /// # Ok::<_, totps_core::InvalidParams>(())
        /// ```
        ///
        /// # Errors
        ///
        /// [`InvalidParams`](crate::InvalidParams) when it serialises to something else, or not at
        /// all.
        pub fn session_claims_from<T: serde::Serialize + ?Sized>(
            self,
            claims: &T,
        ) -> Result<Self, $crate::InvalidParams> {
            use $crate::operation::wire::to_object;

            Ok(self.session_custom_claims(to_object("session_custom_claims", claims)?))
        }
    };

    (@ telemetry_id) => {
        /// Sets [`telemetry_id`](Self::telemetry_id).
        #[must_use]
        pub fn telemetry_id(mut self, id: impl Into<String>) -> Self {
            self.telemetry_id = Some(id.into());
            self
        }
    };
}
pub(crate) use setters;

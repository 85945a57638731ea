//! Factors on the wire, where each kind has its own key.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::decode::lenient::Maybe;
use crate::model::factor::{AuthenticationFactor, Factor, UnknownFactor};
use crate::model::oauth_provider::OAuthProvider;

const OAUTH_FACTOR: &str = "_oauth_factor";
const OAUTH_EXCHANGE_FACTOR: &str = "_oauth_exchange_factor";

/// Maps each fixed key on the wire to its variant, for reading and writing.
macro_rules! keyed_factors {
    ($($key:literal => $variant:ident,)+) => {
        /// The variant for a key that ends in `_factor`.
        enum FactorKey {
            $($variant,)+
            OAuth(OAuthProvider),
            OAuthExchange(OAuthProvider),
            Unknown(String),
        }

        impl FactorKey {
            fn new(key: &str) -> Self {
                let provider = |suffix| key.strip_suffix(suffix).and_then(OAuthProvider::from_name);
                match key {
                    $($key => Self::$variant,)+
                    _ => provider(OAUTH_FACTOR)
                        .map(Self::OAuth)
                        .or_else(|| provider(OAUTH_EXCHANGE_FACTOR).map(Self::OAuthExchange))
                        .unwrap_or_else(|| Self::Unknown(key.to_owned())),
                }
            }

            /// Reads the value of the key; `None` if it is unset.
            fn read<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<Factor>, A::Error> {
                Ok(match self {
                    $(Self::$variant => map.next_value::<Maybe<_>>()?.0.map(Factor::$variant),)+
                    Self::OAuth(provider) => map
                        .next_value::<Maybe<_>>()?
                        .0
                        .map(|factor| Factor::OAuth { provider, factor }),
                    Self::OAuthExchange(provider) => map
                        .next_value::<Maybe<_>>()?
                        .0
                        .map(|factor| Factor::OAuthExchange { provider, factor }),
                    Self::Unknown(name) => match map.next_value()? {
                        Value::Null => None,
                        json => Some(Factor::Unknown(UnknownFactor { name, json })),
                    },
                })
            }
        }

        impl Factor {
            fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                let oauth = |provider: &OAuthProvider, suffix| [provider.as_str(), suffix].concat();
                match self {
                    $(Self::$variant(factor) => map.serialize_entry($key, factor),)+
                    Self::OAuth { provider, factor } => {
                        map.serialize_entry(&oauth(provider, OAUTH_FACTOR), factor)
                    }
                    Self::OAuthExchange { provider, factor } => {
                        map.serialize_entry(&oauth(provider, OAUTH_EXCHANGE_FACTOR), factor)
                    }
                    Self::Unknown(unknown) => map.serialize_entry(&unknown.name, &unknown.json),
                }
            }
        }
    };
}

keyed_factors! {
    "email_factor" => Email,
    "phone_number_factor" => PhoneNumber,
    "oauth_access_token_exchange_factor" => OAuthAccessTokenExchange,
    "webauthn_factor" => WebAuthn,
    "authenticator_app_factor" => AuthenticatorApp,
    "recovery_code_factor" => RecoveryCode,
    "crypto_wallet_factor" => CryptoWallet,
    "embeddable_magic_link_factor" => EmbeddableMagicLink,
    "biometric_factor" => Biometric,
    "saml_sso_factor" => SamlSso,
    "oidc_sso_factor" => OidcSso,
    "impersonated_factor" => Impersonated,
    "trusted_auth_token_factor" => TrustedAuthToken,
}

impl Serialize for AuthenticationFactor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", &self.r#type)?;
        map.serialize_entry("delivery_method", &self.delivery_method)?;
        map.serialize_entry("last_authenticated_at", &self.last_authenticated_at)?;
        map.serialize_entry("created_at", &self.created_at)?;
        map.serialize_entry("updated_at", &self.updated_at)?;
        if let Some(factor) = &self.factor {
            factor.write(&mut map)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for AuthenticationFactor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(AuthenticationFactorVisitor)
    }
}

struct AuthenticationFactorVisitor;

impl<'de> Visitor<'de> for AuthenticationFactorVisitor {
    type Value = AuthenticationFactor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an authentication factor")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AuthenticationFactor, A::Error> {
        let mut read = AuthenticationFactor::default();
        let mut unknown = None;
        while let Some(key) = map.next_key()? {
            match key {
                // Empty text is kept, so that it is written back.
                Key::Type => read.r#type = map.next_value()?,
                Key::DeliveryMethod => read.delivery_method = map.next_value()?,
                Key::LastAuthenticatedAt => read.last_authenticated_at = map.next_value()?,
                Key::CreatedAt => read.created_at = map.next_value()?,
                Key::UpdatedAt => read.updated_at = map.next_value()?,
                // The first known factor is used; an unknown one only if there is no known one.
                Key::Factor(key) if read.factor.is_none() => match key.read(&mut map)? {
                    Some(factor @ Factor::Unknown(_)) => {
                        unknown.get_or_insert(factor);
                    }
                    factor => read.factor = factor,
                },
                Key::Factor(_) | Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        read.factor = read.factor.or(unknown);
        Ok(read)
    }
}

/// A key of an authentication factor.
enum Key {
    Type,
    DeliveryMethod,
    LastAuthenticatedAt,
    CreatedAt,
    UpdatedAt,
    Factor(FactorKey),
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "type" => Key::Type,
            "delivery_method" => Key::DeliveryMethod,
            "last_authenticated_at" => Key::LastAuthenticatedAt,
            "created_at" => Key::CreatedAt,
            "updated_at" => Key::UpdatedAt,
            _ if key.ends_with("_factor") => Key::Factor(FactorKey::new(key)),
            _ => Key::Other,
        })
    }
}

//! How parameters are written as JSON. They are not `Serialize` themselves, since code that prints
//! them would print codes and tokens.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::error::InvalidParams;
use crate::operation::authenticate::MfaEnrollment;
use crate::value::id::{MemberId, MemberSessionId, OrganizationId};
use crate::value::json_object::JsonObject;
use crate::value::recovery_code::RecoveryCode;
use crate::value::secret::{IntermediateSessionToken, SessionJwt, SessionToken};
use crate::value::totp_code::TotpCode;
use crate::value::totp_secret::TotpSecret;

/// A field of parameters as it is sent. An absent field is left out, not sent as `null`.
pub(crate) trait WireField {
    fn is_absent(&self) -> bool {
        false
    }

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;
}

/// Serialises a borrowed value as it is sent.
pub(crate) struct Wire<'a, T>(pub(crate) &'a T);

/// Implements the wire form of a struct. All its fields must be named.
macro_rules! wire {
    ($params:ty { $($field:ident),+ $(,)? }) => {
        impl crate::operation::wire::WireField for $params {
            fn write<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                use crate::operation::wire::Wire;
                use serde::ser::SerializeStruct as _;

                let Self { $($field),+ } = self;
                let length = 0 $(+ usize::from(!$field.is_absent()))+;
                let mut object = to.serialize_struct(stringify!($params), length)?;
                $(if !$field.is_absent() {
                    object.serialize_field(stringify!($field), &Wire($field))?;
                })+
                object.end()
            }
        }
    };
}
pub(crate) use wire;

impl<T: WireField> Serialize for Wire<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to)
    }
}

impl<T: WireField> WireField for &T {
    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).write(to)
    }
}

impl<T: WireField> WireField for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(to),
            None => to.serialize_none(),
        }
    }
}

impl<T: WireField> WireField for Vec<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(Wire))
    }
}

/// Implements [`WireField`] for values that are not secret.
macro_rules! plain {
    ($($type:ty),+ $(,)?) => {$(
        impl WireField for $type {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.serialize(to)
            }
        }
    )+};
}

plain!(bool, u32, String, JsonObject);

/// Implements [`WireField`] for values that are sent as text, including secrets.
macro_rules! text {
    ($($type:ty: $text:ident),+ $(,)?) => {$(
        impl WireField for $type {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.$text())
            }
        }
    )+};
}

text! {
    OrganizationId: as_str,
    MemberId: as_str,
    MemberSessionId: as_str,
    MfaEnrollment: as_str,
    TotpSecret: expose,
    TotpCode: expose,
    RecoveryCode: expose,
    IntermediateSessionToken: expose,
    SessionToken: expose,
    SessionJwt: expose,
}

/// Turns the application's value for a field into a JSON object.
pub(crate) fn to_object<T: Serialize + ?Sized>(
    field: &'static str,
    value: &T,
) -> Result<JsonObject, InvalidParams> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => Ok(map.into()),
        Ok(_) => Err(InvalidParams::new(field, "must be a JSON object")),
        Err(_) => Err(InvalidParams::new(
            field,
            "must be serialisable to a JSON object",
        )),
    }
}

//! The device that a `telemetry_id` identifies.

use serde::{Deserialize, Serialize};

use crate::decode::lenient;
use crate::value::timestamp::Timestamp;

/// The device that a Member authenticated from; sent when the request had a `telemetry_id`.
///
/// Mirrors `member_device` of
/// [Authenticate TOTP](https://stytch.com/docs/b2b/api/authenticate-totp).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// The id of the device.
    #[serde(default, deserialize_with = "lenient::text")]
    pub visitor_id: String,
    /// When the device was seen before.
    #[serde(default, deserialize_with = "lenient::object")]
    pub visitor_id_details: Option<DeviceAttributeDetails>,
    /// The IP address of the request.
    pub ip_address: Option<String>,
    /// When the IP address was seen before.
    #[serde(default, deserialize_with = "lenient::object")]
    pub ip_address_details: Option<DeviceAttributeDetails>,
    /// The city of the IP address.
    pub ip_geo_city: Option<String>,
    /// The region of the IP address.
    pub ip_geo_region: Option<String>,
    /// The country of the IP address.
    pub ip_geo_country: Option<String>,
    /// When the country was seen before.
    #[serde(default, deserialize_with = "lenient::object")]
    pub ip_geo_country_details: Option<DeviceAttributeDetails>,
}

/// When an attribute of a device was seen on this Member's account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceAttributeDetails {
    /// Whether it was never seen before.
    pub is_new: Option<bool>,
    /// When it was first seen.
    pub first_seen_at: Option<Timestamp>,
    /// When it was last seen.
    pub last_seen_at: Option<Timestamp>,
}

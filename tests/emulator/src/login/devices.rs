//! `member_device`: the device of a Member, identified by a telemetry id.

use serde_json::{Value, json};

use crate::api::Api;
use crate::api::call::Call;
use crate::json;
use crate::state::directory::MemberKey;
use crate::state::member::Device;

impl Api {
    /// Returns the device with a telemetry id, or null without an id. Each telemetry id is one
    /// device.
    pub(crate) fn member_device(
        &mut self,
        call: &Call<'_>,
        member: MemberKey,
        telemetry_id: Option<&str>,
    ) -> Value {
        let Some(telemetry_id) = telemetry_id else {
            return Value::Null;
        };
        let devices = &mut self.directory[member].devices;
        let is_new = !devices.contains_key(telemetry_id);
        let generate = &mut self.generate;
        let device = devices
            .entry(telemetry_id.to_owned())
            .or_insert_with(|| Device {
                visitor_id: generate.id("visitor"),
                first_seen_at: call.now,
            });
        let details = json!({
            "is_new": is_new,
            "first_seen_at": json::time(device.first_seen_at),
            "last_seen_at": json::time(call.now),
        });
        json!({
            "visitor_id": device.visitor_id,
            "visitor_id_details": details,
            "ip_address": "127.0.0.1",
            "ip_address_details": details,
            "ip_geo_city": null,
            "ip_geo_region": null,
            "ip_geo_country": null,
            "ip_geo_country_details": null,
        })
    }
}

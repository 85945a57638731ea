//! A configuration of the emulator, with the settings that differ from the defaults.

use serde_json::{Map, Value, json};
use totps_emulator::Settings;

const HEAD: &str = "# A configuration with which totps-emulator behaves as totps-live observed. Other \
    settings have their defaults.\n\n";

/// Returns the configuration in TOML.
pub(super) fn toml(settings: &Settings) -> String {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let settings = serde_json::to_value(settings).unwrap_or_default();
    let changed = changed(&defaults, &settings);
    if changed.is_empty() {
        return HEAD.to_owned();
    }
    let text = toml::to_string(&json!({ "settings": changed }));
    HEAD.to_owned() + &text.unwrap_or_default()
}

/// Returns what differs from the defaults, at any depth.
fn changed(defaults: &Value, settings: &Value) -> Map<String, Value> {
    let (Some(defaults), Some(settings)) = (defaults.as_object(), settings.as_object()) else {
        return Map::new();
    };
    let mut all = Map::new();
    for (name, value) in settings {
        let default = defaults.get(name).cloned().unwrap_or_default();
        if *value == default {
            continue;
        }
        // The emulator replaces this table as a whole.
        let is_table = default.is_object() && name != "response_headers";
        let value = if is_table {
            changed(&default, value).into()
        } else {
            value.clone()
        };
        all.insert(name.clone(), value);
    }
    all
}

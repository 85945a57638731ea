//! JSON objects with the application's data: metadata and claims.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A JSON object with the application's data: metadata, claims, attributes.
///
/// It is a [`serde_json::Map`] whose `Debug` shows only the number of keys, because an application
/// may store anything there.
///
/// ```
/// use totps_core::JsonObject;
///
/// let mut claims = JsonObject::default();
/// claims.insert("plan".to_owned(), "enterprise".into());
/// assert_eq!(claims["plan"], "enterprise");
/// assert_eq!(format!("{claims:?}"), "JsonObject(1 key)");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JsonObject(Map<String, Value>);

impl JsonObject {
    /// Returns the map.
    pub fn into_inner(self) -> Map<String, Value> {
        self.0
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.0.len();
        write!(
            f,
            "JsonObject({keys} key{})",
            if keys == 1 { "" } else { "s" }
        )
    }
}

impl Deref for JsonObject {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl DerefMut for JsonObject {
    fn deref_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }
}

impl From<Map<String, Value>> for JsonObject {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl From<JsonObject> for Map<String, Value> {
    fn from(object: JsonObject) -> Self {
        object.0
    }
}

impl From<JsonObject> for Value {
    fn from(object: JsonObject) -> Self {
        Self::Object(object.0)
    }
}

impl FromIterator<(String, Value)> for JsonObject {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        Self(Map::from_iter(entries))
    }
}

//! Reads JSON of any size one element at a time, and fields whose errors name their path.

use std::fmt;
use std::io::BufRead;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::InputError;
use crate::row::{Cause, Place};

/// Calls `call` for each object of a document, until it returns `false`. The objects are the
/// elements of the array at `path`. If the path is empty, they are those of the document itself,
/// which may be an array, an object, or a sequence of objects. For an array on the path, the path
/// continues in each of its elements.
pub(super) fn each(
    reader: &mut dyn BufRead,
    path: &'static [&'static str],
    call: &mut dyn FnMut(Place, Value) -> bool,
) -> Result<(), InputError> {
    let mut walk = Walk {
        call,
        stopped: false,
        found: false,
    };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut document = 0;
    // The loop ends at the end of the input.
    while json.end().is_err() {
        let place = match document {
            0 => Place::default(),
            _ => Place::default().index(document),
        };
        let step = Step {
            walk: &mut walk,
            path,
            place,
        };
        let walked = step.deserialize(&mut json);
        if walk.stopped {
            return Ok(());
        }
        walked.map_err(|error| unreadable(&error))?;
        document += 1;
    }
    if document == 0 {
        return Err(InputError::whole("is empty"));
    }
    match path {
        [name, ..] if !walk.found => {
            let rule = format!("has no array `{name}`");
            Err(InputError::whole(rule))
        }
        _ => Ok(()),
    }
}

/// Converts an error of serde_json, whose own text would quote values.
pub(super) fn unreadable(error: &serde_json::Error) -> InputError {
    if error.is_io() {
        return InputError::whole("cannot be read");
    }
    let place = Place::line(error.line() as u64).column(error.column() as u64);
    let rule = if error.is_eof() {
        "the JSON ends too early"
    } else if error.is_data() {
        "must be an object, or an array of objects"
    } else {
        "is not JSON"
    };
    InputError::new(place, rule)
}

struct Walk<'a> {
    call: &'a mut dyn FnMut(Place, Value) -> bool,
    stopped: bool,
    found: bool,
}

struct Step<'w, 'a> {
    walk: &'w mut Walk<'a>,
    path: &'static [&'static str],
    place: Place,
}

impl<'de> DeserializeSeed<'de> for Step<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Step<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.walk.found |= self.path.is_empty();
        for index in 0.. {
            let step = Step {
                walk: &mut *self.walk,
                path: self.path,
                place: self.place.index(index),
            };
            if seq.next_element_seed(step)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let [name, rest @ ..] = self.path else {
            let value = Value::deserialize(MapAccessDeserializer::new(map))?;
            if !(self.walk.call)(self.place, value) {
                self.walk.stopped = true;
                return Err(serde::de::Error::custom("stopped"));
            }
            return Ok(());
        };
        while let Some(key) = map.next_key::<String>()? {
            if key == *name {
                map.next_value_seed(Step {
                    walk: &mut *self.walk,
                    path: rest,
                    place: self.place.at(name),
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// An object of the input, with its place. Its methods add what is wrong with a field to `causes`.
pub(super) struct Object<'a> {
    pub(super) place: Place,
    fields: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// Wraps an object, or returns why the value is not one.
    pub(super) fn new(place: Place, value: &'a Value) -> Result<Self, Cause> {
        match value {
            Value::Object(fields) => Ok(Self { place, fields }),
            _ => Err(Cause::invalid(place, "must be an object")),
        }
    }

    /// Returns a field. `None` if it is missing or `null`.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns a string. A number is converted to a string.
    pub(super) fn text(&self, name: &str, causes: &mut Vec<Cause>) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => {
                causes.push(Cause::invalid(self.place.at(name), "must be a string"));
                None
            }
        }
    }

    /// Returns a string that is required.
    pub(super) fn secret(&self, name: &str, causes: &mut Vec<Cause>) -> Zeroizing<String> {
        let mut found = Vec::new();
        let text = self.text(name, &mut found);
        if text.is_none() && found.is_empty() {
            found.push(Cause::invalid(self.place.at(name), "is missing or empty"));
        }
        causes.append(&mut found);
        Zeroizing::new(text.unwrap_or_default())
    }

    /// Returns a whole number, which may be in a string.
    pub(super) fn integer(&self, name: &str, causes: &mut Vec<Cause>) -> Option<i64> {
        let integer = match self.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if integer.is_none() {
            causes.push(Cause::invalid(
                self.place.at(name),
                "must be a whole number",
            ));
        }
        integer
    }

    /// Returns a whole number of at least 0.
    pub(super) fn count(&self, name: &str, causes: &mut Vec<Cause>) -> Option<u64> {
        let integer = self.integer(name, causes)?;
        let count = u64::try_from(integer).ok();
        if count.is_none() {
            causes.push(Cause::invalid(self.place.at(name), "must not be negative"));
        }
        count
    }

    /// Returns the objects of an array, each with its place. Empty if there is no such field.
    pub(super) fn objects(&self, name: &str, causes: &mut Vec<Cause>) -> Vec<Self> {
        let place = self.place.at(name);
        let elements = match self.get(name) {
            None => return Vec::new(),
            Some(Value::Array(elements)) => elements,
            Some(_) => {
                causes.push(Cause::invalid(place, "must be an array"));
                return Vec::new();
            }
        };
        let mut objects = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match Self::new(place.index(index), element) {
                Ok(object) => objects.push(object),
                Err(cause) => causes.push(cause),
            }
        }
        objects
    }

    /// Returns an object inside this one.
    pub(super) fn object(&self, name: &str, causes: &mut Vec<Cause>) -> Option<Self> {
        let object = Self::new(self.place.at(name), self.get(name)?);
        object.map_err(|cause| causes.push(cause)).ok()
    }
}

/// Reads a small document as a whole.
pub(super) fn document(reader: &mut dyn BufRead) -> Result<Value, InputError> {
    let mut bytes = Zeroizing::new(Vec::new());
    reader.read_to_end(&mut bytes)?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))
}

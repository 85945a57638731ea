//! The attributes of Organizations and Members. Each has one row, which Create, Update and the JSON
//! share.

use serde_json::{Map, Value, json};

use crate::settings::ErrorCase;

/// An attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// The name in JSON.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) set_by: SetBy,
    /// Whether Members may change it on themselves.
    pub(crate) own: bool,
    /// The error for an invalid value of the right JSON type.
    pub(crate) error: ErrorCase,
    /// Whether a string is a valid value.
    rule: fn(&str) -> bool,
}

/// The calls that set an attribute.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SetBy {
    /// Create and Update.
    Both,
    /// Update only.
    Update,
    /// Neither.
    Neither,
}

/// The values that an attribute can have, and its initial value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A string, initially empty.
    Text,
    /// A string or null, initially null.
    OptionalText,
    /// A boolean, initially false.
    Flag,
    /// An object, initially empty.
    Object,
    /// One of these strings, initially the first one.
    OneOf(&'static [&'static str]),
    /// A list of any strings, initially empty.
    Texts,
    /// A list of these strings, initially empty.
    ListOf(&'static [&'static str]),
    /// A list of objects, initially empty.
    Objects,
    /// Always null.
    Null,
    /// Always an empty list.
    EmptyList,
}

impl Kind {
    pub(crate) fn initial(self) -> Value {
        match self {
            Self::Text => json!(""),
            Self::OptionalText | Self::Null => Value::Null,
            Self::Flag => json!(false),
            Self::Object => json!({}),
            Self::OneOf(texts) => json!(texts.first()),
            Self::Texts | Self::ListOf(_) | Self::Objects | Self::EmptyList => json!([]),
        }
    }

    /// Whether a value has the JSON type of the attribute.
    fn is_type_of(self, value: &Value) -> bool {
        let all = |is: fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(is));
        match self {
            Self::Text | Self::OptionalText | Self::OneOf(_) => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::Texts | Self::ListOf(_) => all(Value::is_string),
            Self::Objects => all(Value::is_object),
            Self::Null | Self::EmptyList => false,
        }
    }
}

impl Attribute {
    /// Creates an attribute that Create and Update set to any value of its kind.
    pub(crate) const fn new(name: &'static str, kind: Kind, error: ErrorCase) -> Self {
        Self {
            name,
            kind,
            set_by: SetBy::Both,
            own: false,
            error,
            rule: |_| true,
        }
    }

    /// Creates an attribute that no call sets.
    pub(crate) const fn shown(name: &'static str, kind: Kind) -> Self {
        let mut row = Self::new(name, kind, ErrorCase::InvalidArgument);
        row.set_by = SetBy::Neither;
        row
    }

    pub(crate) const fn by_update(mut self) -> Self {
        self.set_by = SetBy::Update;
        self
    }

    pub(crate) const fn own(mut self) -> Self {
        self.own = true;
        self
    }

    pub(crate) const fn rule(mut self, rule: fn(&str) -> bool) -> Self {
        self.rule = rule;
        self
    }

    /// Whether a value has the JSON type of the attribute.
    pub(crate) fn has_type_of(&self, value: &Value) -> bool {
        self.kind.is_type_of(value)
    }

    /// Whether a value of the right type is valid.
    pub(crate) fn allows(&self, value: &Value) -> bool {
        let allowed = |text: &Value| match self.kind {
            Kind::OneOf(texts) | Kind::ListOf(texts) => texts.iter().any(|known| text == known),
            _ => text.as_str().is_none_or(self.rule),
        };
        match value {
            Value::Array(entries) => entries.iter().all(allowed),
            value => allowed(value),
        }
    }
}

/// New values of attributes. Null resets an attribute to its initial value.
pub(crate) type Changes = Vec<(&'static Attribute, Value)>;

/// Returns the new value of an attribute, if it changes.
pub(crate) fn changed<'a>(changes: &'a Changes, name: &str) -> Option<&'a Value> {
    let mut changes = changes.iter();
    changes
        .find(|(row, _)| row.name == name)
        .map(|(_, value)| value)
}

/// Returns the new string of an attribute, if it changes.
pub(crate) fn changed_text<'a>(changes: &'a Changes, name: &str) -> Option<&'a str> {
    changed(changes, name).and_then(Value::as_str)
}

/// The values of all attributes of an Organization or a Member.
#[derive(Clone, Debug)]
pub(crate) struct Attributes(Map<String, Value>);

impl Attributes {
    /// Returns the initial values of the attributes in a table.
    pub(crate) fn initial(table: &[Attribute]) -> Self {
        let rows = table.iter();
        Self(
            rows.map(|row| (row.name.to_owned(), row.kind.initial()))
                .collect(),
        )
    }

    /// Sets the attribute with this name.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Appends an entry to a list.
    pub(crate) fn push(&mut self, name: &str, entry: Value) {
        if let Some(Value::Array(list)) = self.0.get_mut(name) {
            list.push(entry);
        }
    }

    /// Applies the changes of a call.
    pub(crate) fn apply(&mut self, changes: Changes, metadata_is_merged: bool) {
        for (row, value) in changes {
            match (row.kind, value) {
                (kind, Value::Null) => self.set(row.name, kind.initial()),
                (Kind::Object, Value::Object(new)) if metadata_is_merged => {
                    self.merge(row.name, new);
                }
                (_, value) => self.set(row.name, value),
            }
        }
    }

    /// Merges an object: keys that are not in `new` stay, and keys with null are removed.
    fn merge(&mut self, name: &str, new: Map<String, Value>) {
        let mut object = match self.0.remove(name) {
            Some(Value::Object(object)) => object,
            _ => Map::new(),
        };
        object.extend(new);
        object.retain(|_, value| !value.is_null());
        self.set(name, object);
    }

    /// Returns a string; empty if it is null.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns a boolean.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }

    /// Returns the strings of a list.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Returns all attributes as the API shows them.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        self.0.clone()
    }
}

//! Attributes of Organizations and Members: one row each for what Create and Update set and what
//! the JSON shows.

use serde_json::{Map, Value, json};

/// An attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// The name on the wire.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// What values an attribute has, and the one that it has before anybody sets it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A text, empty at first.
    Text,
    /// A text, null at first.
    OptionalText,
    /// A truth value, false at first.
    Flag,
    /// An object, empty at first.
    Object,
    /// One of these texts, the first one at first.
    OneOf(&'static [&'static str]),
    /// A list of any texts, empty at first.
    Texts,
    /// A list of these texts, empty at first.
    #[expect(dead_code, reason = "no endpoint sets attributes yet")]
    ListOf(&'static [&'static str]),
    /// A list of objects, empty at first.
    Objects,
    /// Always null.
    Null,
    /// Always an empty list.
    EmptyList,
}

impl Kind {
    fn initial(self) -> Value {
        match self {
            Self::Text => json!(""),
            Self::OptionalText | Self::Null => Value::Null,
            Self::Flag => json!(false),
            Self::Object => json!({}),
            Self::OneOf(texts) => json!(texts.first()),
            Self::Texts | Self::ListOf(_) | Self::Objects | Self::EmptyList => json!([]),
        }
    }
}

/// The values of all attributes of an Organization or a Member.
#[derive(Clone, Debug)]
pub(crate) struct Attributes(Map<String, Value>);

impl Attributes {
    /// The values that a table starts with.
    pub(crate) fn initial(table: &[Attribute]) -> Self {
        let rows = table.iter();
        Self(
            rows.map(|row| (row.name.to_owned(), row.kind.initial()))
                .collect(),
        )
    }

    /// Sets the attribute of this name.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// A text; empty if it is null.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A truth value.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }

    /// Whether a list holds a text.
    pub(crate) fn lists(&self, name: &str, text: &str) -> bool {
        let list = self.0.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|entry| entry == text))
    }

    /// All of them, as the API shows them.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        self.0.clone()
    }
}

//! Changes of a response: any field, by its path.

use serde_json::{Value, json};

/// Changes to make to a response when it is played.
#[derive(Clone, Default)]
pub(crate) struct Changes(Vec<Change>);

#[derive(Clone)]
struct Change {
    path: String,
    /// `None` removes the field.
    value: Option<Value>,
}

impl Changes {
    pub(crate) fn push(&mut self, path: impl Into<String>, value: Option<Value>) {
        let path = path.into();
        self.0.push(Change { path, value });
    }

    /// Makes the changes. The error names the field that cannot be changed.
    pub(crate) fn apply(self, response: &mut Value) -> Result<(), String> {
        for Change { path, value } in self.0 {
            let applied = match value {
                Some(value) => set(response, &path, value),
                None => remove(response, &path),
            };
            applied.ok_or_else(|| format!("the response has no field `{path}` to change"))?;
        }
        Ok(())
    }
}

/// Sets a field. Missing objects around it are created.
fn set(mut at: &mut Value, path: &str, value: Value) -> Option<()> {
    for name in path.split('/') {
        if at.is_null() {
            *at = json!({});
        }
        at = match at {
            Value::Object(object) => object.entry(name).or_insert(Value::Null),
            Value::Array(list) => list.get_mut(name.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    *at = value;
    Some(())
}

fn remove(response: &mut Value, path: &str) -> Option<()> {
    let (parent, name) = match path.rsplit_once('/') {
        Some((parent, name)) => (response.pointer_mut(&format!("/{parent}"))?, name),
        None => (response, path),
    };
    match parent {
        Value::Object(object) => object.remove(name).map(drop),
        Value::Array(list) => {
            let index = name.parse().ok().filter(|index| *index < list.len())?;
            list.remove(index);
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(path: &str, value: Option<Value>) -> Result<Value, String> {
        let mut response = json!({"a": {"b": 1}, "list": [1, 2], "none": null, "c": 2});
        let mut changes = Changes::default();
        changes.push(path, value);
        changes.apply(&mut response).map(|()| response)
    }

    #[test]
    fn fields_are_set_and_removed() {
        for (path, value, at, expected) in [
            ("c", Some(json!("x")), "/c", json!("x")),
            ("d", Some(json!(null)), "/d", json!(null)),
            ("a/b", Some(json!(2)), "/a", json!({"b": 2})),
            ("a/new", Some(json!(2)), "/a", json!({"b": 1, "new": 2})),
            ("list/1", Some(json!(3)), "/list", json!([1, 3])),
            ("none/a", Some(json!(3)), "/none", json!({"a": 3})),
            ("new/a", Some(json!(3)), "/new", json!({"a": 3})),
            ("a/b", None, "/a", json!({})),
            ("list/0", None, "/list", json!([2])),
        ] {
            let response = changed(path, value).unwrap();
            assert_eq!(response.pointer(at), Some(&expected), "{path}");
        }
        assert!(changed("c", None).unwrap().get("c").is_none());
    }

    #[test]
    fn a_field_that_cannot_be_changed_is_named_in_the_error() {
        for (path, value) in [
            ("secrt", None),
            ("a/b/c", None),
            ("new/a", None),
            ("list/2", None),
            ("list/2", Some(json!(1))),
            ("a/b/c", Some(json!(1))),
        ] {
            let error = changed(path, value).unwrap_err();
            assert!(error.contains(&format!("`{path}`")), "{error}");
        }
    }
}

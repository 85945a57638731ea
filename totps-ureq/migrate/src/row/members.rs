//! The file of `--members`, which maps users of the export to Members.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use super::{Member, MemberName, Place};

/// A map from the names of users to Members.
#[derive(Debug, Default)]
pub(crate) struct Members(HashMap<String, Member>);

/// All errors in the file.
#[derive(Debug)]
pub(crate) struct MembersError(Vec<(Place, &'static str)>);

impl fmt::Display for MembersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (place, rule)) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{place}: {rule}")?;
        }
        Ok(())
    }
}

impl Members {
    /// Reads a CSV with the columns `user`, `organization_id` and `member_id`.
    pub(crate) fn read(path: &Path) -> Result<Self, MembersError> {
        let bytes = std::fs::read(path)
            .map_err(|_| MembersError(vec![(Place::default(), "the file cannot be read")]))?;
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Result<Self, MembersError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let unreadable = |line| MembersError(vec![(Place::line(line), "is not CSV in UTF-8")]);
        let headers = reader.headers().map_err(|_| unreadable(1))?.clone();
        let column = |names: &[&str]| {
            let mut headers = headers.iter();
            headers.position(|header| names.contains(&&*header.to_ascii_lowercase()))
        };
        let columns = (
            column(&["user", "user_id", "email", "username"]),
            column(&["organization_id"]),
            column(&["member_id", "member", "email_address"]),
        );
        let (Some(user), Some(organization), Some(member)) = columns else {
            let rule = "the columns must be `user`, `organization_id` and `member_id`";
            return Err(MembersError(vec![(Place::line(1), rule)]));
        };
        let mut members = HashMap::new();
        let mut errors = Vec::new();
        for record in reader.into_records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    errors.push((
                        Place::line(line),
                        "has a different number of columns, or is not UTF-8",
                    ));
                    continue;
                }
            };
            let place = Place::line(record.position().map_or(1, csv::Position::line));
            let field = |index: usize| record.get(index).unwrap_or_default();
            for (index, name) in [
                (user, "user"),
                (organization, "organization_id"),
                (member, "member_id"),
            ] {
                if field(index).is_empty() {
                    let place = place.clone().column(index as u64 + 1).at(name);
                    errors.push((place, "must not be empty"));
                }
            }
            let target = Member {
                organization_id: field(organization).to_owned(),
                name: MemberName::parse(field(member)),
            };
            match members.get(&key(field(user))) {
                Some(other) if *other != target => {
                    let place = place.column(user as u64 + 1).at("user");
                    errors.push((place, "is a duplicate, with a different Member"));
                }
                _ => {
                    members.insert(key(field(user)), target);
                }
            }
        }
        if errors.is_empty() {
            Ok(Self(members))
        } else {
            Err(MembersError(errors))
        }
    }

    pub(crate) fn find<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<&Member> {
        names.into_iter().find_map(|name| self.0.get(&key(name)))
    }
}

/// Returns the form in which a user is compared: the case of e-mail addresses does not matter.
fn key(name: &str) -> String {
    if name.contains('@') {
        name.to_lowercase()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_id_and_by_email() {
        let file = "user,organization_id,member_id\nauth0|1,org,member-1\nAda@Example.com,org,ada@new.example\n";
        let members = Members::parse(file.as_bytes()).unwrap();
        let found = members.find(["auth0|1"]).unwrap();
        assert_eq!(found.name, MemberName::Id("member-1".into()));
        let found = members.find(["unknown", "ada@example.COM"]).unwrap();
        assert_eq!(found.name, MemberName::Email("ada@new.example".into()));
        assert!(members.find(["AUTH0|1"]).is_none(), "ids keep their case");
    }

    #[test]
    fn all_errors_are_reported_at_once_without_the_values() {
        let file = "user,organization_id,member_id\n,o,m\nu,,m\nv,o,m\nv,o,n\nw,o\n";
        let error = Members::parse(file.as_bytes()).unwrap_err().to_string();
        let expected = "line 2, column 1, `user`: must not be empty\n\
            line 3, column 2, `organization_id`: must not be empty\n\
            line 5, column 1, `user`: is a duplicate, with a different Member\n\
            line 6: has a different number of columns, or is not UTF-8";
        assert_eq!(error, expected);
    }
}

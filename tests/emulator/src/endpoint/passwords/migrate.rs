//! Imports the hash of a Member's password, and creates the Member if it does not exist.

use http::Method;
use serde_json::json;

use crate::api::Api;
use crate::api::call::Call;
use crate::api::changes;
use crate::api::error::Refusal;
use crate::api::target::Target;
use crate::endpoint::members::rules;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::ErrorCase;
use crate::state::attribute::{Attributes, Changes};
use crate::state::directory::{MemberKey, OrganizationKey};
use crate::state::member::{ATTRIBUTES, Member};
use crate::state::password::{HashType, Password};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "passwords.migrate",
    about: "Migrate a password (`sha_512`, `sha_1`)",
    method: Method::POST,
    path: "/v1/b2b/passwords/migrate",
    query: &[],
    fields: &[
        "email_address",
        "hash",
        "hash_type",
        "organization_id",
        "md_5_config",
        "sha_1_config",
        "sha_512_config",
        "argon_2_config",
        "scrypt_config",
        "pbkdf_2_config",
        "name",
        "trusted_metadata",
        "untrusted_metadata",
        "roles",
        "preserve_existing_sessions",
        "mfa_phone_number",
        "set_phone_number_verified",
        "external_id",
    ],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let address = call.fields.required("email_address")?;
    let mut password = password(call)?;
    let changes = changes::creation(ATTRIBUTES, &call.fields)?;
    let roles = rules::roles(call)?;
    let phone_verified = call.fields.boolean("set_phone_number_verified")? == Some(true);
    call.fields.boolean("preserve_existing_sessions")?;
    let organization = api.open_organization(call.fields.required("organization_id")?)?;
    let known = api.directory.member_with_email(organization, address);
    let member = match known {
        Some(member) => {
            api.admit(call, Target::Member(member))?;
            let has_one = api.directory[member].password.is_some();
            if has_one && !call.settings.password.migrate_replaces {
                return Err(ErrorCase::PasswordExists.into());
            }
            change(api, call, member, changes);
            member
        }
        None => {
            api.admit(call, Target::Organization(organization))?;
            create(api, call, organization, changes)?
        }
    };
    password.id = api.generate.id("member-password");
    let number = call.fields.text("mfa_phone_number")?;
    let current = &mut api.directory[member];
    if known.is_some() && call.settings.password.migrate_activates {
        // The indexes stay valid: they leave out deleted Members only.
        current.activate();
    }
    current.password = Some(password);
    current.email_verified = true;
    // A Member that has another number keeps it, unverified.
    let number_is_set = number == Some(current.attributes.text("mfa_phone_number"));
    current.phone_verified |= phone_verified && number_is_set;
    if let Some(roles) = roles {
        current.roles = roles;
    }
    current.updated_at = call.now;
    let mut body = api.show_member(call, member);
    body.insert("member_created".to_owned(), json!(known.is_none()));
    Ok(body.into())
}

/// Reads the password. Its id is still empty.
fn password(call: &Call<'_>) -> Result<Password, Refusal> {
    let mut hash = call.fields.required("hash")?.to_owned();
    let hash_type = HashType::named(call.fields.required("hash_type")?);
    let hash_type = hash_type.ok_or(ErrorCase::HashTypeUnknown)?;
    let (config, invalid) = match hash_type {
        HashType::Sha1 => ("sha_1_config", ErrorCase::InvalidSha1Hash),
        HashType::Sha512 => ("sha_512_config", ErrorCase::InvalidSha512Hash),
    };
    if call.settings.password.upper_case_hash_accepted {
        hash.make_ascii_lowercase();
    }
    if !hash_type.is_hash(&hash) {
        return Err(invalid.into());
    }
    let config = call.fields.object(config)?;
    let salt = |name| match config.and_then(|config| config.get(name)) {
        None | Some(serde_json::Value::Null) => Ok(String::new()),
        Some(salt) => match salt.as_str() {
            Some(salt) => Ok(salt.to_owned()),
            None => Err(Refusal::invalid_argument(salt)),
        },
    };
    Ok(Password {
        id: String::new(),
        hash_type,
        hash,
        prepend_salt: salt("prepend_salt")?,
        append_salt: salt("append_salt")?,
    })
}

/// Changes an existing Member as the call says, except for the external id, the address, and a
/// phone number if the Member has one.
fn change(api: &mut Api, call: &Call<'_>, member: MemberKey, mut changes: Changes) {
    let has_number = !api.directory[member]
        .attributes
        .text("mfa_phone_number")
        .is_empty();
    changes.retain(|(row, _)| match row.name {
        "external_id" | "email_address" => false,
        "mfa_phone_number" => !has_number,
        _ => true,
    });
    let merged = call.settings.update.metadata_is_merged;
    let current = &mut api.directory[member];
    current.attributes.apply(changes, merged);
}

fn create(
    api: &mut Api,
    call: &Call<'_>,
    organization: OrganizationKey,
    changes: Changes,
) -> Result<MemberKey, Refusal> {
    rules::check_names(api, organization, None, &changes)?;
    let mut attributes = Attributes::initial(ATTRIBUTES);
    attributes.apply(changes, false);
    let id = api.directory.new_member_id(&mut api.generate);
    let mut member = Member::new(id, organization, attributes, &mut api.generate, call.now);
    member.status = call.settings.password.migrated_member_status;
    Ok(api.directory.insert_member(member))
}

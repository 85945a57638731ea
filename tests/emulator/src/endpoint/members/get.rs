//! Returns a Member, by id or e-mail address.

use http::Method;

use crate::api::Api;
use crate::api::call::Call;
use crate::api::target::Target;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::{ErrorCase, GetWithBoth};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "members.get",
    about: "Get a Member",
    method: Method::GET,
    path: "/v1/b2b/organizations/{organization_id}/member",
    query: &["member_id", "email_address"],
    fields: &[],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let organization = api.open_organization(call.path("organization_id"))?;
    let (id, address) = (call.query.get("member_id"), call.query.get("email_address"));
    let by_id = id.map(|id| api.find_member(organization, id));
    let by_address = address.map(|address| {
        let found = api.directory.member_with_email(organization, address);
        Ok(found.ok_or(ErrorCase::MemberNotFound)?)
    });
    let member = match (by_id, by_address, call.settings.member.get_with_both) {
        (None, None, _) | (Some(_), Some(_), GetWithBoth::Refuse) => {
            return Err(ErrorCase::MemberGetFields.into());
        }
        (Some(found), None, _) | (None, Some(found), _) => found?,
        (Some(by_id), Some(_), GetWithBoth::MemberId) => by_id?,
        (Some(by_id), Some(by_address), GetWithBoth::Match) => {
            let found = by_id?;
            if found != by_address? {
                return Err(ErrorCase::MemberNotFound.into());
            }
            found
        }
    };
    api.admit(call, Target::Member(member))?;
    Ok(api.show_member(call, member).into())
}

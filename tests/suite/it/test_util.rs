//! Tests of the feature `test-util`: a script plays the responses that a client would get from the
//! API, and reports calls that are not in the script.

mod failures;
mod mistakes;
mod successes;

use totps_core::test_util::Script;
use totps_core::{Error, MemberId, Operation, OrganizationId, Project};

const ORGANIZATION: &str = "organization-test-7";
const MEMBER: &str = "member-test-7";

fn ids() -> (OrganizationId, MemberId) {
    (ORGANIZATION.into(), MEMBER.into())
}

fn project() -> Project {
    Project::new("project-test-x", "secret-test-x").unwrap()
}

/// Makes a call with both clients, each with its own script, and returns the results.
fn both<P: Operation>(script: impl Fn() -> Script, params: &P) -> [Result<P::Response, Error>; 2] {
    let (for_blocking, for_async) = (script(), script());
    let blocking = totps_ureq::Client::new(project(), for_blocking.clone()).call(params);
    let client = totps_hyper::Client::new(project(), for_async.clone());
    let asynchronous = smol::block_on(client.call(params));
    for script in [for_blocking, for_async] {
        script.assert_finished();
    }
    [blocking, asynchronous]
}

//! TOTP registrations: T3, T4, T13 and T18.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::halt::Halt;
use crate::lab::codes::base32;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T3" Always second_create: "What do a second Create and Migrate do to a pending registration and its recovery codes?",
        settles [
            "totp.second_create",
            "totp.migrate_while_pending",
            "recovery_codes.existing_at_create",
            "recovery_codes.existing_at_migrate",
            "recovery_codes.count",
        ];
    "T4" Always shown: "When does `totp_registration_id` appear on the Member?",
        settles ["totp.pending_registration_shown"];
    "T13" Always picture: "What is in the QR code?", settles ["totp.qr_issuer", "totp.qr_pixels"];
    "T18" Always expiration: "Which `expiration_minutes` are accepted?",
        settles ["totp.zero_expiration_is_default"];
};

/// Replaces any issuer but the name of the Organization, since it may be the name of the project.
pub(crate) const ISSUER: &str = "Example issuer";

fn second_create(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    let first = lab
        .create("Create", &jane, &session)?
        .needed("the first Create")?;
    lab.note("recovery_codes.count", first.texts("recovery_codes").len());
    lab.create("Create, while one is pending", &jane, &session)?;
    lab.learn_secret(&jane, first.text("secret"));
    lab.authenticate("code of the first secret", &jane, &session)?;
    lab.send("codes", &jane.recovery_codes())?;
    let joe = lab.member(Optional)?;
    lab.send("Create for another Member", &joe.create())?;
    lab.send(
        "Migrate, while one is pending",
        &joe.migrate(&base32(&[7; 20])),
    )?;
    lab.send("codes of the other Member", &joe.recovery_codes())?;
    Ok(())
}

fn shown(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?;
    lab.send("get, pending", &jane.get())?;
    lab.authenticate("first code", &jane, &session)?;
    lab.send("get, active", &jane.get())?;
    Ok(())
}

fn picture(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    let created = lab
        .create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    let text = created.text("qr_code");
    let form = text.split_once(',').map_or("no data URI", |(head, _)| head);
    lab.note("look: form", form.to_owned());
    lab.note("look: a space after the comma", text.contains(", "));
    let base64 = text.rsplit(',').next().unwrap_or_default().trim();
    let unreadable = |_| Halt::experiment("the QR code cannot be read");
    let picture = STANDARD
        .decode(base64)
        .map_err(|_| Halt::experiment("not base64"))?;
    let decoder = png::Decoder::new(std::io::Cursor::new(&picture));
    let mut reader = decoder.read_info().map_err(unreadable)?;
    let info = reader.info();
    let (width, height) = (info.width as usize, info.height as usize);
    lab.note("totp.qr_pixels", width);
    lab.note(
        "look: height, depth and colour",
        json!([
            height,
            format!("{:?}", info.bit_depth),
            format!("{:?}", info.color_type),
        ]),
    );
    let samples = info.color_type.samples()
        * if info.bit_depth == png::BitDepth::Sixteen {
            2
        } else {
            1
        };
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
    reader.next_frame(&mut pixels).map_err(unreadable)?;
    let pixel = |x: usize, y: usize| {
        let sample = pixels.get((y * width + x) * samples);
        sample.copied().unwrap_or(u8::MAX)
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let grid = image.detect_grids().into_iter().next();
    let decoded = grid.and_then(|grid| grid.decode().ok());
    let (_, content) = decoded.ok_or_else(|| Halt::experiment("no QR code in the picture"))?;
    look_into(lab, &content, created.text("secret"), &jane.address);
    Ok(())
}

/// Notes the parts of an `otpauth` URI, without the secret.
fn look_into(lab: &mut Lab<'_>, uri: &str, secret: &str, address: &str) {
    let (label, query) = uri.split_once('?').unwrap_or((uri, ""));
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let value = |name: &str| {
        let pair = pairs.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_ref())
    };
    let names: Vec<&str> = pairs.iter().map(|(key, _)| key.as_ref()).collect();
    lab.note("look: parameters", json!(names));
    // Percent-decode the label as a value of a form. A plus sign in it stays a plus sign.
    let form = format!("label={}", label.replace('+', "%2B"));
    let text = form_urlencoded::parse(form.as_bytes()).next();
    let text = text.map(|(_, value)| value.into_owned());
    let text = text.unwrap_or_default();
    let issuer = value("issuer").unwrap_or_default();
    let name = lab.organization_name();
    // The name of the project may be in it, so only known parts are noted.
    let parts = text.strip_prefix("otpauth://totp/").map(|parts| {
        let part = |part: &str| match part {
            part if part == address => "the address",
            part if part == name => "the name of the Organization",
            part if part == issuer => "the issuer",
            _ => "another text",
        };
        parts.split(':').map(part).collect::<Vec<_>>().join(":")
    });
    lab.note("look: label", parts.unwrap_or_default());
    let escapes = label
        .match_indices('%')
        .filter_map(|(at, _)| label.get(at..at + 3));
    let escapes: std::collections::BTreeSet<&str> = escapes.collect();
    lab.note("look: escapes in the label", json!(escapes));
    lab.note(
        "look: algorithm, digits, period",
        json!([value("algorithm"), value("digits"), value("period"),]),
    );
    lab.note(
        "the secret is that of the response",
        value("secret") == Some(secret),
    );
    // The setting is `null` if the issuer is the name of the Organization. No setting explains a
    // missing issuer.
    let issuer = match issuer {
        "" => "".into(),
        issuer if issuer == name => Value::Null,
        _ => ISSUER.into(),
    };
    lab.note("totp.qr_issuer", issuer);
}

fn expiration(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.organization(Optional)?;
    let values = [
        json!(0),
        json!(4),
        json!(5),
        json!(1_440),
        json!(1_441),
        json!(-1),
        json!("60"),
        json!(60.5),
    ];
    for minutes in values {
        let jane = lab.member_without_password(&organization, json!({}))?;
        let body = jane.ids_and(json!({ "expiration_minutes": minutes }));
        lab.send(
            &format!("Create for {minutes}"),
            &Plain::post("/v1/b2b/totp", body),
        )?;
    }
    Ok(())
}

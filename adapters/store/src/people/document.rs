//! What is kept of a person as one JSON document.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Membership, Person, SecondFactor};

/// The document of a person: all but id, login and version.
pub(super) fn write(person: &Person) -> String {
    let Person {
        id: _,
        version: _,
        login: _,
        name,
        language,
        memberships,
        password,
        second,
        recovery,
        must_change,
        disabled,
    } = person;
    let membership = |Membership { office, role, from, until }: &Membership| {
        json!({
            "office": office.as_ref().map(OfficeCode::as_str),
            "role": role.word(),
            "from": from.map(Instant::unix),
            "until": until.map(Instant::unix),
        })
    };
    let second = match second {
        SecondFactor::None => Value::Null,
        SecondFactor::Totp { sealed, last_step } => json!({ "sealed": sealed, "last_step": last_step }),
        SecondFactor::Printed => json!("printed"),
    };
    let document = json!({
        "name": name,
        "language": language.word(),
        "memberships": memberships.iter().map(membership).collect::<Vec<Value>>(),
        "password": password,
        "second": second,
        "recovery": recovery,
        "must_change": must_change,
        "disabled": disabled.map(Instant::unix),
    });
    document.to_string()
}

/// The person with this document; none if it can't be what was written.
pub(super) fn read(id: Uuid, login: String, version: u32, document: &str) -> Option<Person> {
    let document: Value = serde_json::from_str(document).ok()?;
    let codes = document["recovery"].as_array()?.iter().map(|code| code.as_str().map(str::to_owned));
    Some(Person {
        id,
        version,
        login,
        name: document["name"].as_str()?.to_owned(),
        language: document["language"].as_str().and_then(Language::from_word)?,
        memberships: document["memberships"].as_array()?.iter().map(membership).collect::<Option<_>>()?,
        password: document["password"].as_str().map(str::to_owned),
        second: second(&document["second"])?,
        recovery: codes.collect::<Option<_>>()?,
        must_change: document["must_change"].as_bool()?,
        disabled: instant(&document["disabled"]),
    })
}

fn membership(found: &Value) -> Option<Membership> {
    let office = match &found["office"] {
        Value::Null => None,
        code => Some(code.as_str().and_then(OfficeCode::new)?),
    };
    let role = found["role"].as_str().and_then(Role::of_word)?;
    Some(Membership { office, role, from: instant(&found["from"]), until: instant(&found["until"]) })
}

fn second(found: &Value) -> Option<SecondFactor> {
    match found {
        Value::Null => Some(SecondFactor::None),
        Value::String(word) if word == "printed" => Some(SecondFactor::Printed),
        totp => {
            let byte = |byte: &Value| byte.as_u64().and_then(|byte| u8::try_from(byte).ok());
            let sealed = totp["sealed"].as_array()?.iter().map(byte).collect::<Option<_>>()?;
            Some(SecondFactor::Totp { sealed, last_step: totp["last_step"].as_u64()? })
        }
    }
}

fn instant(found: &Value) -> Option<Instant> {
    found.as_i64().map(Instant::from_unix)
}

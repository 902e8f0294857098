//! Addresses of servers and places of logs.

use std::sync::LazyLock;
use std::time::Duration;

use nats::Servers;
use proptest::prelude::*;
use proptest::sample::select;
use store::place::LogPlace;
use store::postgres::PostgresStore;
use tokio::runtime::Runtime;

use crate::corpus::{assert_brief, lines};
use crate::mutation::{mutated, mutations};

/// The password of the corpus, and parts of it as they stand there encoded.
const PASSWORD: &str = "Xyzzy42";

fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
    &RUNTIME
}

/// Asserts that nothing said of an address shows its password.
#[track_caller]
fn assert_secret(said: &str, address: &str) {
    assert!(!said.contains(PASSWORD), "{said}\nof {address}");
    // An address may be told twice, as it stands and in the words of who refused it.
    assert_brief(said.len(), 4 * address.len(), 4_000);
}

#[test]
fn no_address_of_the_corpus_is_shown_with_its_password() {
    for address in lines("addresses.txt") {
        let place = address.parse::<LogPlace>().unwrap();
        assert!(!format!("{place} {place:?}").contains(PASSWORD), "{place}");
        if !address.starts_with("postgres") && matches!(place, LogPlace::Postgres(_)) {
            let fault = runtime().block_on(place.rulebook_in_force(Duration::ZERO)).expect_err("no database");
            assert_secret(&format!("{fault} {fault:?}"), &address);
        }
        let shown = address.parse::<Servers>().map_or_else(|fault| fault.to_string(), |servers| servers.to_string());
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5_000) })]

    #[test]
    fn mutated_addresses_of_nats_are_shown_the_same_again_and_without_a_password(
        address in select(lines("addresses.txt")), mutations in mutations(2_000),
    ) {
        let address = String::from_utf8_lossy(&mutated(address.as_bytes(), &mutations)).into_owned();
        match address.parse::<Servers>() {
            Ok(servers) => {
                let shown = servers.to_string();
                assert_brief(shown.len(), 3 * address.len(), 100);
                let again = shown.parse::<Servers>();
                prop_assert_eq!(again.map(|servers| servers.to_string()).ok(), Some(shown), "{}", address);
            }
            Err(fault) => assert_secret(&format!("{fault} {fault:?}"), &address),
        }
    }

    #[test]
    fn a_mutated_place_stays_the_same_place_and_is_shown_without_a_password(
        address in select(lines("addresses.txt")), mutations in mutations(2_000),
    ) {
        let address = String::from_utf8_lossy(&mutated(address.as_bytes(), &mutations)).into_owned();
        let place = address.parse::<LogPlace>().unwrap();
        prop_assert_eq!(address.parse::<LogPlace>().ok(), Some(place.clone()));
        if let LogPlace::Postgres(_) = place {
            assert_brief(place.to_string().len(), address.len(), 100);
            let login = place.to_string().rsplit_once('@').map(|(login, _)| login.to_owned());
            // Of a PostgreSQL server the user is shown; what another kind of server takes for one may be a token.
            let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme).to_lowercase();
            let shows_user = ["postgres", "postgresql"].contains(&scheme.as_str());
            let user_alone = |login: &str| {
                login.split_once("://").is_some_and(|(_, user)| !user.contains(':') || user.ends_with(":***"))
            };
            let is_hidden = |login: String| login.ends_with("://***") || shows_user && user_alone(&login);
            prop_assert!(login.is_none_or(is_hidden), "{place}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    /// Where nobody listens, so that no more than the address is tried.
    #[test]
    fn a_mutated_address_of_postgres_is_refused_without_its_password(
        user in mutations(2_000), database in mutations(2_000),
        parameters in select(vec!["", "?sslmode=require", "?application_name=watch&options=-c%20search_path%3Dlog"]),
    ) {
        let part = |text: &str, mutations| String::from_utf8_lossy(&mutated(text.as_bytes(), mutations)).into_owned();
        // The user's name is mutated, and what stands behind the place; the password stands whole between them.
        let (user, rest) = (part("clerk", &user), part(&format!("kamnot{parameters}"), &database));
        // Nothing of it may become a host of its own.
        prop_assume!(!user.contains(['@', '/', '?', '#']) && !rest.contains('@') && !rest.contains("host"));
        let address = format!("postgres://{user}:{PASSWORD}@127.0.0.1:1/{rest}");
        let asked = runtime().block_on(PostgresStore::rulebook_in_force(&address, Duration::ZERO));
        let fault = asked.expect_err("nobody listens there");
        assert_secret(&fault.to_string(), &address);
        assert_secret(&format!("{fault:?}"), &address);
        assert_secret(&address.parse::<LogPlace>().unwrap().to_string(), &address);
    }
}

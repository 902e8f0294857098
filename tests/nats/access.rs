//! Who is let in, and by whom: credentials under a real operator, certificates of an authority, and what we say when
//! they are not as they must be.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nats::{Access, NatsFault, Servers};
use scenarios::servers::certificates::{Authority, Certificate, Until};
use scenarios::servers::nats_operator::Operator;
use scenarios::servers::nats_server::NatsServer;

use crate::settings::refusal_of;
use crate::world::World;

const NOW: &str = "2026-10-01T08:00:00+07:00";

fn servers(server: &NatsServer, access: Access) -> Servers {
    server.url().parse::<Servers>().expect("a URL").entered_with(access)
}

/// Lets the relay publish there, each alert being acknowledged.
async fn publish(servers: Servers) {
    let world = World::at(NOW).await;
    world.import(&crate::outage::halves().0).await;
    assert!(world.waiting().await > 0);
    let relay = world.relay_through(Arc::new(servers));
    let mut connected = Box::pin(relay.connect()).await.expect("let in");
    let mut after = store::Position(0);
    while let Some(last) = connected.tick(after).await.expect("published") {
        after = last;
    }
    assert_eq!(world.waiting().await, 0);
}

/// A file in a folder, and the access that it gives as credentials.
fn credentials(folder: &tempfile::TempDir, text: &str) -> Access {
    let file = folder.path().join("kamnot.creds");
    std::fs::write(&file, text).expect("written");
    Access { credentials: Some(file), ..Access::default() }
}

fn trusting(roots: PathBuf) -> Access {
    Access { roots: Some(roots), ..Access::default() }
}

fn with_certificate(authority: &Authority, own: Certificate) -> Access {
    Access { certificate: Some((own.certificate, own.key)), ..trusting(authority.roots()) }
}

/// A server with a certificate; `more` for those of its clients.
fn with_tls(own: &Certificate, more: &str) -> NatsServer {
    let (certificate, key) = (own.certificate.display(), own.key.display());
    NatsServer::with(&format!(
        "jetstream {{ store_dir: DATA }}\ntls {{ cert_file: \"{certificate}\", key_file: \"{key}\"\n{more} }}"
    ))
}

fn with_operator(operator: &Operator) -> NatsServer {
    NatsServer::with(&format!("jetstream {{ store_dir: DATA }}\n{}", operator.lines()))
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_the_operators_user_let_us_publish_and_renewed_ones_count_at_the_next_connection() {
    let operator = Operator::new();
    let server = with_operator(&operator);
    let folder = tempfile::tempdir().expect("a folder");
    let servers = servers(&server, credentials(&folder, &Operator::new().good_credentials()));
    assert_eq!(refusal_of(servers.clone()).await, NatsFault::Refused(server.url()));
    credentials(&folder, &operator.good_credentials());
    publish(servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_credentials_are_named_with_their_end() {
    let operator = Operator::new();
    let server = with_operator(&operator);
    let folder = tempfile::tempdir().expect("a folder");
    let end = SystemTime::UNIX_EPOCH + Duration::from_hours(482_129);
    let fault = refusal_of(servers(&server, credentials(&folder, &operator.credentials(end)))).await;
    let told = fault.to_string();
    assert!(told.contains("kamnot.creds: they expired on 2025-01-01T00:00:00+07:00"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_a_server_with_an_operator_refuses_us() {
    let server = with_operator(&Operator::new());
    assert_eq!(refusal_of(servers(&server, Access::default())).await, NatsFault::Refused(server.url()));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_hold_something_else_are_named_and_not_repeated() {
    let server = NatsServer::start();
    let folder = tempfile::tempdir().expect("a folder");
    let (authority, other) = (Authority::new(), Authority::new());
    let (own, foreign) = (authority.issue("kamnot", Until::Later), other.issue("other", Until::Later));
    let file = |text: &str| {
        let path = folder.path().join("secret.pem");
        std::fs::write(&path, text).expect("written");
        path
    };
    let good = Operator::new().good_credentials();
    let half = &good[..good.len() / 2];
    let pair = |certificate: &Path, key: &Path| Access {
        certificate: Some((certificate.to_owned(), key.to_owned())),
        ..Access::default()
    };
    let nowhere = folder.path().join("nowhere");
    let cases = [
        (
            Access { credentials: Some(file("SECRET")), ..Access::default() },
            "secret",
            "it contains something else; expected a user's",
        ),
        (credentials(&folder, half), "kamnot.creds", "it contains something else; expected a user's credentials"),
        (Access { credentials: Some(nowhere.clone()), ..Access::default() }, "nowhere", "cannot be read (No such file"),
        (trusting(nowhere.clone()), "nowhere", "cannot be read (No such file"),
        (trusting(file("SECRET")), "secret.pem", "it contains no certificate; expected root certificates, PEM"),
        (pair(&own.key, &own.key), "kamnot-Later.key", "it contains no certificate; expected a client certificate"),
        (pair(&own.certificate, &own.certificate), "kamnot-Later.pem", "it does not contain such a key"),
        (pair(&own.certificate, &foreign.key), "other-Later.key", "it does not match the certificate in"),
    ];
    for (access, file, words) in cases {
        let fault = refusal_of(servers(&server, access)).await;
        let told = fault.to_string();
        assert!(matches!(fault, NatsFault::File { .. }) && told.contains(file) && told.contains(words), "{told}");
        let content = good.lines().filter(|line| line.len() > 40).any(|line| told.contains(&line[..20]));
        assert!(!told.contains("SECRET") && !content, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_server_takes_alerts_over_tls() {
    let authority = Authority::new();
    let server = with_tls(&authority.issue("127.0.0.1", Until::Later), "");
    publish(servers(&server, trusting(authority.roots()))).await;
    let url = server.url().replace("nats://", "tls://");
    publish(url.parse::<Servers>().expect("a URL").entered_with(trusting(authority.roots()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_trusted_is_refused_with_what_to_do() {
    let (authority, other) = (Authority::new(), Authority::new());
    let cases = [
        ("127.0.0.1", Until::Later, trusting(other.roots()), "--nats-ca"),
        // The machine's roots do not know it either, and we talk TLS because the server asks for it.
        ("127.0.0.1", Until::Later, Access::default(), "--nats-ca"),
        ("127.0.0.1", Until::Past, trusting(authority.roots()), "it has expired; renew it on the server"),
        ("nats.example.la", Until::Later, trusting(authority.roots()), "it is for another host name"),
    ];
    for (name, until, access, words) in cases {
        let server = with_tls(&authority.issue(name, until), "");
        let fault = refusal_of(servers(&server, access)).await;
        assert!(matches!(fault, NatsFault::Untrusted { .. }) && fault.to_string().contains(words), "{fault}");
    }
}

#[test]
fn the_test_of_an_office_trusts_the_authority_that_it_is_given_for_the_offices_login_too() {
    let authority = Authority::new();
    let server = with_tls(&authority.issue("127.0.0.1", Until::Later), "");
    let desk = tests::program::Desk::new();
    let at = |user: &str| server.url().replace("nats://", &format!("tls://{user}:secret@"));
    let office = at("vte-prosecutor");
    desk.write("office.env", format!("KAMNOT_NATS={office}\nKAMNOT_SUBSCRIPTION=vte-prosecutor_1\n"));
    let test = ["nats", "test", "--office", "vte-prosecutor", "--login", "office.env", "--nats", &at("kamnot")];
    let roots = authority.roots();
    let run = desk.run([&test[..], &["--nats-ca", &roots.to_string_lossy()]].concat());
    run.ends_with(0).says(&["Messages reach"]);
    desk.run(test).ends_with(2).complains(&["its issuer is unknown; give the root certificate with --nats-ca"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_of_an_authority_is_refused_as_a_servers_own_with_what_to_do() {
    let authority = Authority::for_host("127.0.0.1");
    let server = with_tls(&authority.own(), "");
    let fault = refusal_of(servers(&server, trusting(authority.roots()))).await;
    let told = fault.to_string();
    assert!(matches!(fault, NatsFault::Untrusted { .. }), "{told}");
    assert!(told.contains("is a certificate of an authority (CA)") && !told.contains("OtherError"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_in_the_clear_to_a_server_without_tls() {
    let server = NatsServer::start();
    let authority = Authority::new();
    for access in [Access { tls: true, ..Access::default() }, trusting(authority.roots())] {
        let fault = refusal_of(servers(&server, access)).await;
        assert_eq!(fault, NatsFault::NoTls(server.url()));
    }
    let url = server.url().replace("nats://", "tls://");
    assert_eq!(refusal_of(url.parse().expect("a URL")).await, NatsFault::NoTls(url));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_our_certificate_takes_the_right_one_only() {
    let (authority, other) = (Authority::new(), Authority::new());
    let own = authority.issue("127.0.0.1", Until::Later);
    let server = with_tls(&own, &format!("ca_file: {:?}, verify: true", authority.roots()));
    publish(servers(&server, with_certificate(&authority, authority.issue("kamnot", Until::Later)))).await;
    let wrong = |own: Certificate| with_certificate(&authority, own);
    for access in [
        trusting(authority.roots()),
        wrong(other.issue("kamnot", Until::Later)),
        wrong(authority.issue("kamnot", Until::Past)),
    ] {
        let fault = refusal_of(servers(&server, access)).await;
        assert!(matches!(fault, NatsFault::OwnCertificate { .. }), "{fault}");
    }
}

//! What `serve --web` and `demo --web` refuse at once, before there is a log.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use scenarios::servers::certificates::{Authority, Until};
use tests::program::Desk;

#[test]
fn pages_beyond_this_machine_need_tls_or_a_proxy() {
    let desk = Desk::new();
    let refused = |arguments: &[&str], code: i32, says: &[&str]| {
        desk.run([&["serve", "--web"], arguments].concat()).ends_with(code).complains(says);
        assert!(!desk.path("kamnot.db").exists(), "no log is begun");
    };
    refused(&["0.0.0.0:0"], 1, &["unencrypted", "--web-cert", "--web-behind-proxy", "127.0.0.1"]);
    refused(&["[::]:0"], 1, &["unencrypted"]);
    refused(&["127.0.0.1:0", "--web-behind-proxy", "10.0.0.1"], 1, &["needs --web-origin"]);
    let behind = ["0.0.0.0:0", "--web-behind-proxy", "10.0.0.1", "--web-origin"];
    refused(&[&behind[..], &["http://kamnot.example"]].concat(), 1, &["must begin with https://"]);
    refused(&[&behind[..], &["kamnot.example"]].concat(), 2, &["https://kamnot.example.la"]);
    refused(&["127.0.0.1:0", "--web-behind-proxy", "the proxy"], 2, &["the proxy"]);
    refused(&["8026"], 2, &["127.0.0.1:9464"]);
    refused(&["127.0.0.1:0", "--web-cert", "c.pem"], 2, &["--web-key"]);
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused_with_its_file() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let pair = authority.issue("localhost", Until::Later);
    let key = pair.key.to_str().expect("UTF-8");
    let start = |certificate: &str| {
        desk.run(["serve", "--web", "0.0.0.0:0", "--web-cert", certificate, "--web-key", key]).ends_with(2)
    };
    fs::set_permissions(&pair.key, Permissions::from_mode(0o644)).expect("a mode");
    start(pair.certificate.to_str().expect("UTF-8")).complains(&[key, "others may read or change it", "chmod 0640"]);
    fs::set_permissions(&pair.key, Permissions::from_mode(0o600)).expect("a mode");
    start("nowhere.pem").complains(&["nowhere.pem: cannot be read"]);
    assert!(!desk.path("kamnot.db").exists(), "no log is begun");
}

#[test]
fn secrets_that_others_may_read_are_refused_and_an_address_that_cannot_be_had_is_said() {
    let desk = Desk::new();
    let secrets = desk.write("secrets", "0".repeat(64));
    fs::set_permissions(&secrets, Permissions::from_mode(0o644)).expect("a mode");
    desk.run(["serve", "--web", "127.0.0.1:0", "--web-secrets", "secrets"]).ends_with(2).complains(&[
        "the secrets of the pages",
        "others may read",
        "chmod 0600",
    ]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    desk.run(["serve", "--web", &address]).ends_with(2).complains(&[&address, "another program uses this port"]);
    assert!(!desk.path("kamnot.db").exists(), "no log is begun");
}

#[test]
fn the_demo_listens_on_this_machine_alone() {
    let desk = Desk::new();
    desk.run(["demo", "--web", "0.0.0.0:0"]).ends_with(1).complains(&["this machine alone", "127.0.0.1"]);
}

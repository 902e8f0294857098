//! How one gets in: encryption, passwords, sockets, as libpq's users expect it; and why one doesn't.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use scenarios::servers::postgres::{Cluster, PASSWORD, USER};
use tests::program::{Desk, Run};

use crate::trouble::with_a_case;

/// `kamnot check` on this place, with these variables.
fn check(desk: &Desk, place: &str, variables: &[(&str, &str)]) -> Run {
    let mut command = desk.command(["check", "--wait=5", "--db", place]);
    // No password of the machine's own user is found by accident.
    command.env("HOME", desk.path("")).envs(variables.iter().copied());
    let run: Run = command.output().expect("the program starts").into();
    assert!(!run.err.contains(PASSWORD) && !run.out.contains(PASSWORD), "{run:?}");
    run
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output();
    let output = output.expect("openssl runs; Debian's PostgreSQL brings it");
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Certificates: `ca.pem`, `other-ca.pem`, and the server's own, for `localhost`, signed by the first.
fn certificates(folder: &Path) {
    for ca in ["ca", "other-ca"] {
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
        openssl(folder, &format!("req -x509 {key} -keyout {ca}.key -out {ca}.pem -subj /CN={ca}"));
    }
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(folder, &format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
    );
}

#[test]
fn a_server_is_spoken_to_in_secret_and_known_by_its_certificate() {
    let (cluster, desk) = (Cluster::start(), with_a_case("kamnot.db"));
    let desk_folder = desk.path("");
    certificates(&desk_folder);
    let address = |host: &str, parameters: &str| {
        format!("postgres://{USER}:{PASSWORD}@{host}:{}/postgres?{parameters}", cluster.port())
    };
    desk.run(["import", "case.jsonl", "--db", &cluster.url()]).ends_with(0);
    // Not encrypted yet: an address that insists is refused, one that doesn't is let in.
    for mode in ["require", "verify-ca", "verify-full"] {
        let run = check(&desk, &address("localhost", &format!("sslmode={mode}")), &[]).ends_with(2);
        run.complains(&["no encrypted connection comes about", "server does not support TLS", "sslmode"]);
    }
    check(&desk, &address("localhost", "sslmode=prefer"), &[]).ends_with(0);

    let [certificate, key] = ["server.pem", "server.key"].map(|name| {
        let content = std::fs::read(desk.path(name)).unwrap();
        cluster.put(name, content).display().to_string()
    });
    cluster.sql(&format!("ALTER SYSTEM SET ssl_cert_file = '{certificate}'"));
    cluster.sql(&format!("ALTER SYSTEM SET ssl_key_file = '{key}'"));
    cluster.sql("ALTER SYSTEM SET ssl = on");
    // From now on nobody gets in without.
    let hba = cluster.folder().join("data/pg_hba.conf");
    std::fs::write(&hba, "hostssl all all all scram-sha-256\nlocal all all scram-sha-256\n").unwrap();
    cluster.sql("SELECT pg_reload_conf()");
    let root = |name: &str| format!("sslrootcert={}", desk.path(name).display());
    let refused = check(&desk, &address("localhost", "sslmode=disable"), &[]).ends_with(2);
    refused.complains(&["does not let user kamnot in", "no encryption"]);
    for parameters in [
        String::new(),
        "sslmode=require".to_owned(),
        format!("sslmode=verify-ca&{}", root("ca.pem")),
        format!("sslmode=verify-full&{}", root("ca.pem")),
        format!("sslmode=require&{}", root("ca.pem")),
    ] {
        check(&desk, &address("localhost", &parameters), &[]).ends_with(0);
    }
    // As root certificates go with `require`, and by the environment.
    for parameters in ["sslmode=verify-full", "sslmode=verify-ca", "sslmode=require"] {
        let parameters = format!("{parameters}&{}", root("other-ca.pem"));
        let run = check(&desk, &address("localhost", &parameters), &[]).ends_with(2);
        run.complains(&["no encrypted connection comes about", "UnknownIssuer", "sslrootcert"]);
    }
    let ca = desk.path("ca.pem").display().to_string();
    let by_environment = [("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", ca.as_str())];
    check(&desk, &address("localhost", ""), &by_environment).ends_with(0);
    // The name is another one, or nobody vouches for it.
    let run = check(&desk, &address("127.0.0.1", &format!("sslmode=verify-full&{}", root("ca.pem"))), &[]).ends_with(2);
    run.complains(&["no encrypted connection comes about", "not valid for name"]);
    let run = check(&desk, &address("localhost", "sslmode=verify-full"), &[]).ends_with(2);
    run.complains(&["no encrypted connection comes about", "UnknownIssuer"]);
    let run = check(&desk, &address("localhost", &format!("sslmode=verify-full&{}", root("no.pem"))), &[]).ends_with(2);
    run.complains(&["a file that sslrootcert", "is not there"]);
}

#[test]
fn a_password_is_found_where_libpq_finds_it() {
    let (cluster, desk) = (Cluster::start(), with_a_case("kamnot.db"));
    let odd = "a/b:c@d?e#f%25 ກ";
    cluster.sql(&format!("CREATE ROLE office LOGIN SUPERUSER PASSWORD '{odd}'"));
    desk.run(["import", "case.jsonl", "--db", &cluster.url()]).ends_with(0);
    let port = cluster.port();
    let place = format!("postgres://{USER}@127.0.0.1:{port}/postgres");
    // In the address, with what has a meaning there encoded; as a parameter; in the environment.
    let encoded = "a%2Fb%3Ac%40d%3Fe%23f%2525%20%E0%BA%81";
    check(&desk, &format!("postgres://office:{encoded}@127.0.0.1:{port}/postgres"), &[]).ends_with(0);
    check(&desk, &format!("postgresql://127.0.0.1:{port}/postgres?user=office&password={encoded}"), &[]).ends_with(0);
    check(&desk, &place, &[("PGPASSWORD", PASSWORD)]).ends_with(0);
    let port_text = port.to_string();
    let all = [("PGHOST", "127.0.0.1"), ("PGPORT", &*port_text), ("PGUSER", USER), ("PGPASSWORD", PASSWORD)];
    check(&desk, "postgres:///postgres", &all).ends_with(0);
    let all = [&all[..], &[("PGDATABASE", "postgres")]].concat();
    check(&desk, "postgres://", &all).ends_with(0);
    // In a file: ~/.pgpass, or the one that PGPASSFILE names.
    let line = format!("# a comment\n127.0.0.1:{port}:other:{USER}:no\n127.0.0.1:{port}:*:{USER}:{PASSWORD}\n");
    for (name, variables) in [(".pgpass", vec![]), ("passwords", vec![("PGPASSFILE", desk.path("passwords"))])] {
        let run = check(&desk, &place, &[]).ends_with(2);
        run.complains(&["does not let user kamnot in", "password", "PGPASSWORD or ~/.pgpass"]);
        let file = desk.write(name, &line);
        std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, path)| (*name, path.to_str().unwrap())).collect();
        check(&desk, &place, &variables).ends_with(0);
        std::fs::remove_file(file).unwrap();
    }
    let run = check(&desk, &format!("postgres://{USER}:wrong-secret@127.0.0.1:{port}/postgres"), &[]).ends_with(2);
    assert!(!run.err.contains("wrong-secret"), "{}", run.err);
    run.complains(&["does not let user kamnot in", "kamnot:***@127.0.0.1"]);
}

#[test]
fn a_socket_leads_to_the_server_of_this_machine() {
    let (cluster, desk) = (Cluster::start(), with_a_case("kamnot.db"));
    desk.run(["import", "case.jsonl", "--db", &cluster.url()]).ends_with(0);
    let (port, folder) = (cluster.port(), cluster.folder().display().to_string());
    let place = format!("postgres:///postgres?host={folder}&port={port}&user={USER}");
    check(&desk, &place, &[("PGPASSWORD", PASSWORD)]).ends_with(0);
    // Encryption is for the network, however much is asked for.
    check(&desk, &format!("{place}&sslmode=require"), &[("PGPASSWORD", PASSWORD)]).ends_with(0);
    let encoded = folder.replace('/', "%2F");
    check(&desk, &format!("postgres://{USER}:{PASSWORD}@{encoded}:{port}/postgres"), &[]).ends_with(0);
    let port_text = port.to_string();
    let all = [("PGHOST", &*folder), ("PGPORT", &port_text), ("PGUSER", USER), ("PGPASSWORD", PASSWORD)];
    check(&desk, "postgres:///postgres", &all).ends_with(0);
    // In a file of passwords it is called localhost.
    let file = desk.write(".pgpass", format!("localhost:{port}:postgres:{USER}:{PASSWORD}\n"));
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    check(&desk, &place, &[]).ends_with(0);
    let none = check(&desk, "postgres:///postgres?host=/run/no-such-folder", &[]).ends_with(2);
    none.complains(&["can't be reached", "see that the server runs"]);
}

#[test]
fn what_an_address_can_not_say_is_refused() {
    let desk = Desk::new();
    for (place, said) in [
        ("postgres://db/kamnot?service=main", "service files are not read"),
        ("postgres://db/kamnot?passwrod=secret", "is not known here"),
        ("mysql://me:secret@db/kamnot", "expected postgres://USER@HOST/DATABASE"),
        ("postgres://db:port/kamnot", "is no address of a PostgreSQL database"),
    ] {
        let run = check(&desk, place, &[]).ends_with(2).complains(&[said]);
        assert!(!run.err.contains("secret"), "{}", run.err);
    }
    check(&desk, "postgres://db/kamnot", &[("PGSERVICE", "main")]).ends_with(2).complains(&["PGSERVICE is set"]);
    check(&desk, "postgres://db/kamnot", &[("PGSSLMODE", "on")]).ends_with(2).complains(&["PGSSLMODE"]);
}

//! What the world does to a log on a server, as a user of the program meets it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use scenarios::servers::postgres::{Cluster, own};
use tests::lines::{custody, file, opening, sample};
use tests::program::{Desk, Run, program};
use tests::skipped::not_tested;

/// A file of one case.
fn case() -> String {
    file(&[opening("A-1"), custody("A-1")])
}

/// A desk with a file of one case, which it has recorded at `place`.
pub fn with_a_case(place: &str) -> Desk {
    let desk = Desk::new();
    desk.write("case.jsonl", case());
    desk.run(["import", "case.jsonl", "--db", place]).ends_with(0);
    desk
}

/// A desk with a file of one case, and the import of it there.
fn import(place: &str, wait: &str) -> Run {
    let desk = Desk::new();
    desk.write("case.jsonl", case());
    desk.run(["import", "case.jsonl", "--db", place, "--wait", wait])
}

fn docket(place: &str) -> Run {
    let at = "2026-10-01T00:00:00+07:00";
    Desk::new().run(["docket", "--court=vte-juvenile-court", "--format=json", "--at", at, "--db", place])
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // It would wait for an hour, and is ended after a minute.
    let (desk, place) = (Desk::new(), format!("postgres://me:secret@{nobody}/kamnot"));
    desk.write("case.jsonl", case());
    let words = ["60", program().to_str().unwrap(), "import", "case.jsonl", "--wait=3600", "--db", &place];
    let run = Run::from(desk.command_of("timeout", words).output().unwrap()).ends_with(2);
    assert!(!run.err.contains("secret"), "{}", run.err);
    run.complains(&["postgres://me:***@127.0.0.1", "can't be reached", "see that the server runs"]);
}

#[test]
fn a_server_that_says_nothing_is_waited_for_and_given_up() {
    let cluster = Cluster::start();
    let desk = with_a_case(&cluster.url());
    cluster.freeze();
    let check = |seconds: &str, wait: &str| {
        let words = [seconds, program().to_str().unwrap(), "check", wait, "--db", &cluster.url()];
        Run::from(desk.command_of("timeout", words).output().unwrap())
    };
    // 124: it still waited when it was ended.
    check("2", "--wait=60").ends_with(124);
    let run = check("60", "--wait=2").ends_with(2);
    run.complains(&["did not answer within 2 s", "see that the server runs"]);
    cluster.thaw();
    desk.run(["check", "--db", &cluster.url()]).ends_with(0);
}

#[test]
fn something_else_that_answers_is_named_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        use std::io::Write as _;
        let (mut client, _) = listener.accept().unwrap();
        client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let run = import(&format!("postgres://me@{address}/kamnot"), "5").ends_with(2);
    run.complains(&["does not speak as PostgreSQL does", "host and port"]);
    answering.join().unwrap();
}

#[test]
fn a_database_that_is_not_fit_says_what_to_do() {
    let cluster = Cluster::start();
    import(&cluster.url_of("nowhere"), "5").ends_with(2).complains(&["\"nowhere\" does not exist", "createdb"]);
    cluster.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    import(&cluster.url_of("latin"), "5").ends_with(2).complains(&["encoded in LATIN1", "createdb --encoding UTF8"]);
    cluster.sql("CREATE DATABASE other");
    cluster.sql_in("other", "CREATE TABLE cases (number int)");
    import(&cluster.url_of("other"), "5")
        .ends_with(2)
        .complains(&["tables of another program", "a database of its own"]);
    cluster.sql("CREATE DATABASE empty");
    docket(&cluster.url_of("empty")).ends_with(2).complains(&["there is no log at", "check the address"]);
    assert_eq!(cluster.sql_in("empty", "SELECT count(*) FROM pg_class WHERE relname = 'meta'"), "0");
    cluster.sql("CREATE DATABASE newer");
    with_a_case(&cluster.url_of("newer"));
    cluster.sql_in("newer", "UPDATE meta SET value = '99' WHERE key = 'schema_version'");
    import(&cluster.url_of("newer"), "5").ends_with(2).complains(&["layout 99", "newer"]);
    docket(&cluster.url_of("newer")).ends_with(2).complains(&["layout 99", "newer"]);
    cluster.sql("CREATE ROLE clerk LOGIN PASSWORD 'clerk'");
    let clerk = format!("postgres://clerk:clerk@127.0.0.1:{}/empty", cluster.port());
    import(&clerk, "5").ends_with(2).complains(&["user clerk may not do this", "own the database"]);
}

#[test]
fn a_database_that_takes_no_writes_is_read() {
    let cluster = Cluster::start();
    let place = cluster.url();
    with_a_case(&place);
    let before = docket(&place).ends_with(0).out;
    let standby = cluster.standby();
    cluster.sql("ALTER DATABASE postgres SET default_transaction_read_only = on");
    for place in [place, standby.url()] {
        let desk = Desk::new();
        desk.write("more.jsonl", case().replace("A-1", "B-2"));
        let more = ["import", "more.jsonl", "--wait=5", "--db", &place];
        desk.run(more).ends_with(2).complains(&["takes no writes", "name the primary"]);
        desk.run(["serve", "--wait=5", "--db", &place]).ends_with(2).complains(&["takes no writes"]);
        desk.run(["rebuild", "--wait=5", "--db", &place]).ends_with(2).complains(&["takes no writes"]);
        desk.run(["clock", "confirm", "--wait=5", "--db", &place]).ends_with(2).complains(&["takes no writes"]);
        assert_eq!(docket(&place).ends_with(0).out, before);
        desk.run(["check", "--db", &place]).ends_with(0).says(&["in order (PostgreSQL 1"]);
        desk.run(["timeline", "A-1", "--db", &place]).ends_with(0);
        // It can't be sealed, so it isn't moved.
        desk.run(["move", "--from", &place, "--to", "copy.db"]).ends_with(2).complains(&["takes no writes"]);
    }
}

#[test]
fn a_server_without_a_free_connection_is_tried_again_and_not_too_often() {
    let cluster = Cluster::start();
    cluster.sql("CREATE ROLE office LOGIN SUPERUSER PASSWORD 'office'");
    cluster.sql(
        "ALTER ROLE office NOSUPERUSER; ALTER DATABASE postgres OWNER TO office; GRANT ALL ON SCHEMA public TO office",
    );
    let place = format!("postgres://office:office@127.0.0.1:{}/postgres", cluster.port());
    with_a_case(&place);
    cluster.sql("ALTER ROLE office CONNECTION LIMIT 0");
    let refusals = || cluster.log().matches("too many connections for role").count();
    let desk = Desk::new();
    let run = desk.run(["check", "--wait=4", "--db", &place]).ends_with(2);
    run.complains(&["takes no more connections", "try later"]);
    assert!((2..15).contains(&refusals()), "{} attempts in four seconds", refusals());
    let waiting = desk.command(["check", "--wait=60", "--db", &place]).spawn().unwrap();
    let before = refusals();
    while refusals() == before {
        std::thread::sleep(Duration::from_millis(20));
    }
    cluster.sql("ALTER ROLE office CONNECTION LIMIT -1");
    Run::from(waiting.wait_with_output().unwrap()).ends_with(0);
}

/// A small disk in memory, where the test may mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(cluster: &Cluster, size: &str) -> Option<Self> {
        let disk = cluster.folder().join("disk");
        std::fs::create_dir(&disk).unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &disk);
        if !mounted {
            not_tested("a full disk", "mounting a small one needs root");
            return None;
        }
        own(&disk);
        Some(Self(disk))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn mount(options: &[&str], at: &std::path::Path) -> bool {
    let mut mount = Command::new("mount");
    mount.args(options).arg(at).stderr(std::process::Stdio::null()).status().is_ok_and(|done| done.success())
}

#[test]
fn a_full_disk_ends_an_import_and_the_next_one_goes_on() {
    let cluster = Cluster::start();
    let Some(room) = SmallDisk::mount(&cluster, "13m") else { return };
    cluster.sql(&format!("CREATE TABLESPACE small LOCATION '{}'", room.0.display()));
    cluster.sql("CREATE DATABASE small TABLESPACE small");
    let (place, desk, file) = (cluster.url_of("small"), Desk::new(), sample("actions-300.jsonl"));
    let all = ["import".as_ref(), file.as_os_str(), "--db".as_ref(), place.as_ref()];
    let run = desk.run(all).ends_with(2);
    assert!(!run.err.contains("nothing of this was recorded"), "{}", run.err);
    run.complains(&["no room is left on the server of", "import the file again once this is fixed"]);
    desk.run(["check", "--db", &place]).ends_with(0);
    assert!(mount(&["-o", "remount,size=200m"], &room.0));
    desk.run(all).ends_with(0);
    desk.run(["check", "--db", &place]).ends_with(0);
    let other = Desk::new();
    other.run(["import".as_ref(), file.as_os_str()]).ends_with(0);
    let at = "2026-10-01T00:00:00+07:00";
    let on_file = other.run(["docket", "--court=vte-juvenile-court", "--format=json", "--at", at]).ends_with(0).out;
    assert_eq!(docket(&place).ends_with(0).out, on_file);
    drop(cluster);
    drop(room);
}

#[test]
fn an_import_outlives_a_restart_of_the_server() {
    let mut cluster = Cluster::start();
    let (place, desk, file) = (cluster.url(), with_a_case(&cluster.url()), sample("actions-300.jsonl"));
    let arguments = ["import".as_ref(), file.as_os_str(), "--wait=60".as_ref(), "--db".as_ref(), place.as_ref()];
    let importing = desk.command(arguments).spawn().unwrap();
    while cluster.sql("SELECT count(*) FROM case_events").parse::<u32>().unwrap() < 300 {
        std::thread::sleep(Duration::from_millis(10));
    }
    cluster.stop();
    std::thread::sleep(Duration::from_millis(500));
    cluster.start_again();
    let run = Run::from(importing.wait_with_output().unwrap()).ends_with(0);
    run.says(&["8900 actions recorded, 15 known already, 0 refused; 300 cases"]);
    desk.run(["check", "--db", &place]).ends_with(0);
}

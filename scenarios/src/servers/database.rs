//! A PostgreSQL database of a test's own, in a cluster that all tests of a process share.
//!
//! Invariant: what reaches beyond a database (roles, settings, the server's life and log) is not done here; who needs that
//! starts a [`Cluster`].

use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::postgres::Cluster;

/// A database, empty at first; removed when it goes out of scope.
pub struct Database {
    name: String,
}

impl Database {
    /// An empty database. The first one starts the cluster.
    ///
    /// # Panics
    /// If PostgreSQL 15 or newer isn't installed or doesn't come up.
    pub fn create() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        cluster().sql(&format!("CREATE DATABASE {name}"));
        Self { name }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub fn url(&self) -> String {
        cluster().url_of(&self.name)
    }

    /// What a client is told in it by this SQL: a line a row, columns parted by `|`.
    ///
    /// # Panics
    /// If the SQL fails.
    pub fn sql(&self, sql: &str) -> String {
        cluster().sql_in(&self.name, sql)
    }

    /// What is notified in a channel while a client listens, for so many seconds from when this is called.
    ///
    /// # Panics
    /// If it cannot listen.
    pub fn notified(&self, channel: &str, seconds: f64) -> String {
        let mut psql = cluster().psql(&self.name, &format!("LISTEN {channel}"));
        let output = psql.args(["-c", &format!("SELECT pg_sleep({seconds})")]).output().expect("psql runs");
        assert!(output.status.success(), "LISTEN {channel}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Fills this database from a dump.
    pub fn load(&self, dump: &str) {
        cluster().load(&self.name, dump);
    }
}

impl Drop for Database {
    /// Cuts off who is connected; where a test has failed already, whatever happens here is of no interest.
    fn drop(&mut self) {
        cluster().try_sql(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// A cluster, and who ends it when this process has ended in whatever way: what is shared by all is dropped by nobody.
struct Shared {
    cluster: Cluster,
    _guard: Child,
}

/// As many as run at the same time on a machine with many cores.
const CONNECTIONS: &str = "max_connections=400";

fn cluster() -> &'static Cluster {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    let shared = SHARED.get_or_init(|| {
        let cluster = Cluster::with(&[CONNECTIONS]);
        let guard = guard(&cluster);
        Shared { cluster, _guard: guard }
    });
    &shared.cluster
}

/// A shell that waits until its standard input ends, which it does with this process; then it ends the server and removes
/// its folder.
fn guard(cluster: &Cluster) -> Child {
    const WORDS: &str = "trap '' INT; read -r _; kill -QUIT \"$1\"; tries=0
        while kill -0 \"$1\" && [ $tries -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done; rm -rf \"$2\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", WORDS, "guard"]).arg(cluster.process().to_string()).arg(cluster.folder());
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell starts")
}

//! A real PostgreSQL cluster of the test's own: on a free port, with its data in a folder of its own.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Who the server runs as where the tests run as root, which it refuses.
const ACCOUNT: &str = "postgres";
/// The superuser of each cluster, and its password.
pub const USER: &str = "kamnot";
/// The password, which no message may show.
pub const PASSWORD: &str = "hard-to-guess";

/// A cluster; ended by its process id when it goes out of scope.
pub struct Cluster {
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    child: Option<Child>,
}

impl Cluster {
    /// A running cluster.
    ///
    /// # Panics
    /// If PostgreSQL 15 or newer isn't installed or doesn't come up.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A running cluster with these settings, such as `fsync=off`.
    ///
    /// # Panics
    /// If PostgreSQL 15 or newer isn't installed or doesn't come up.
    pub fn with(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the cluster");
        own(folder.path());
        let data = folder.path().join("data");
        let copied = Command::new("cp").arg("-a").arg("--reflink=auto").arg(template()).arg(&data).status();
        assert!(copied.expect("cp runs").success(), "the cluster's data is copied");
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut cluster = Self { folder, port: free_port(), settings, child: None };
        cluster.start_again();
        cluster
    }

    /// A standby that follows this cluster, up to what was committed when it comes up and further.
    ///
    /// # Panics
    /// If it doesn't come up.
    #[must_use]
    pub fn standby(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the standby");
        own(folder.path());
        let mut copy = as_server(&binary("pg_basebackup"));
        copy.args(["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync", "-d"]);
        let copied =
            copy.arg(self.url()).arg("-D").arg(folder.path().join("data")).output().expect("pg_basebackup runs");
        assert!(copied.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr));
        let mut standby = Self { folder, port: free_port(), settings: self.settings.clone(), child: None };
        standby.start_again();
        standby
    }

    /// Makes a file that the server can read, and nobody else.
    ///
    /// # Panics
    /// If it can't be written.
    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("the cluster's folder is writable");
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("the file's permissions");
        own(&path);
        path
    }

    /// The port on which it listens, on 127.0.0.1 only.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its Unix socket, and of whatever else a test puts there.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The address of one of its databases.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// What a client is told in its first database by this SQL: a line a row, columns parted by `|`.
    ///
    /// # Panics
    /// If the SQL fails.
    pub fn sql(&self, sql: &str) -> String {
        self.sql_in("postgres", sql)
    }

    /// What a client is told in one of its databases.
    ///
    /// # Panics
    /// If the SQL fails.
    pub fn sql_in(&self, database: &str, sql: &str) -> String {
        let output = self.psql(database, sql).output().expect("psql runs");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
    }

    /// Fills a database from a dump.
    ///
    /// # Panics
    /// If the dump does not load.
    pub fn load(&self, database: &str, dump: &str) {
        use std::io::Write as _;
        let mut psql = self.psql(database, "SELECT 1");
        psql.args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut psql = psql.spawn().expect("psql starts");
        psql.stdin.take().expect("a pipe").write_all(dump.as_bytes()).expect("psql reads");
        assert!(psql.wait().expect("psql ends").success(), "the dump does not load");
    }

    /// Tries this SQL in its first database.
    pub(super) fn try_sql(&self, sql: &str) {
        let _ = self.psql("postgres", sql).stderr(Stdio::null()).output();
    }

    pub(super) fn psql(&self, database: &str, sql: &str) -> Command {
        let mut psql = Command::new(binary("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(self.url_of(database));
        psql.stdin(Stdio::null());
        psql
    }

    /// Starts it on the same port and the same data.
    ///
    /// # Panics
    /// If it doesn't come up.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "the server runs");
        // Behind a kill the last of its processes may hold the memory that they shared for another moment.
        for _ in 0..50 {
            self.child = Some(self.spawn());
            if self.comes_up() {
                return;
            }
            self.child = None;
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("postgres did not come up:\n{}", self.log());
    }

    fn spawn(&self) -> Child {
        let folder = self.folder.path();
        let log = File::options().create(true).append(true).open(folder.join("log")).expect("the server's log");
        let mut command = as_server(&binary("postgres"));
        command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).arg("-p").arg(self.port.to_string());
        for setting in ["listen_addresses=127.0.0.1", "shared_buffers=32MB", "max_connections=60"] {
            command.args(["-c", setting]);
        }
        command.args(self.settings.iter().flat_map(|setting| ["-c", setting]));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("postgres starts")
    }

    /// Waits until it lets somebody in; false if it ends instead.
    fn comes_up(&mut self) -> bool {
        for _ in 0..1000 {
            if let Some(child) = &mut self.child
                && child.try_wait().expect("the server's state").is_some()
            {
                return false;
            }
            let mut ready = Command::new(binary("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ready.status().expect("pg_isready runs").success() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("postgres did not come up:\n{}", self.log());
    }

    /// What the server has written about itself.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Ends it in good order, cutting off who is connected, and waits until it has ended.
    pub fn stop(&mut self) {
        self.end("INT");
    }

    /// Kills all its processes at once, as a failing machine does.
    pub fn kill(&mut self) {
        let all = self.processes();
        signal("KILL", &all);
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    /// Holds all its processes: connections stay open, nothing is answered.
    pub fn freeze(&self) {
        signal("STOP", &self.processes());
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        signal("CONT", &self.processes());
    }

    fn end(&mut self, how: &str) {
        if let Some(mut child) = self.child.take() {
            signal(how, &[child.id()]);
            let _ = child.wait();
        }
    }

    /// The postmaster.
    pub(super) fn process(&self) -> u32 {
        self.child.as_ref().expect("the server runs").id()
    }

    /// The postmaster and its children.
    fn processes(&self) -> Vec<u32> {
        let Some(child) = &self.child else { return Vec::new() };
        let id = child.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        std::iter::once(id).chain(children.split_whitespace().filter_map(|id| id.parse().ok())).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.thaw();
        self.end("QUIT");
    }
}

fn signal(signal: &str, processes: &[u32]) {
    let mut command = Command::new("kill");
    command.arg(format!("-{signal}")).args(processes.iter().map(u32::to_string));
    let _ = command.stderr(Stdio::null()).status();
}

/// A cluster's data as it is in the beginning: made once, and kept for all tests of this account.
fn template() -> PathBuf {
    let version = binary("postgres").ancestors().nth(2).and_then(Path::file_name).unwrap_or_default().to_owned();
    let name = format!("kamnot-tests-cluster-{}-{}", version.to_string_lossy(), uid());
    let template = std::env::temp_dir().join(&name);
    let lock = File::create(template.with_extension("lock")).expect("a lock file in the temporary folder");
    lock.lock().expect("the lock");
    if template.join("data/PG_VERSION").is_file() {
        return template.join("data");
    }
    let _ = std::fs::remove_dir_all(&template);
    let making = tempfile::Builder::new().prefix(&name).tempdir().expect("a folder").keep();
    own(&making);
    std::fs::write(making.join("password"), PASSWORD).expect("the password written");
    own(&making.join("password"));
    let mut initdb = as_server(&binary("initdb"));
    initdb.args(["-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--data-checksums"]);
    initdb.arg("--pwfile").arg(making.join("password")).arg("-D").arg(making.join("data"));
    let output = initdb.output().expect("initdb runs");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(&making, &template).expect("the template in its place");
    template.join("data")
}

/// Runs a program of the server's as the account that may run it.
fn as_server(program: &Path) -> Command {
    if uid() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups"]).arg(program);
    command.current_dir("/");
    command
}

/// Gives a file or folder to the account that the server runs as.
///
/// # Panics
/// If there is no such account.
pub fn own(path: &Path) {
    if uid() == 0 {
        let users = std::fs::read_to_string("/etc/passwd").expect("the accounts");
        let account =
            users.lines().find(|line| line.starts_with(&format!("{ACCOUNT}:"))).expect("the server's account");
        let number = |field: usize| account.split(':').nth(field).and_then(|text| text.parse().ok());
        chown(path, number(2), number(3)).expect("the folder given to the server");
    }
}

fn uid() -> u32 {
    std::fs::metadata("/proc/self").expect("/proc").uid()
}

/// A program of PostgreSQL 15 or newer: where Debian puts it, which is on nobody's PATH, or on the PATH.
///
/// # Panics
/// If there is none.
pub fn binary(name: &str) -> PathBuf {
    let number = |folder: &Path| folder.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<(u32, PathBuf)> = installed
        .filter_map(|entry| Some((number(&entry.path())?, entry.path().join("bin"))))
        .filter(|(version, folder)| *version >= 15 && folder.join("postgres").is_file())
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let all = folders.into_iter().map(|(_, folder)| folder).chain(on_path);
    let found = all.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "these tests need PostgreSQL 15 or newer ({name}): `apt-get install -y postgresql-15` (tests/run does it)"
        )
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

//! The server: how a session with it is begun, and what its errors mean to a caller.
//!
//! Invariant: every message names the server and the database, never a password, says what was found and what to do,
//! and holds nothing of a case. Nothing waits for a server without a limit.

use std::future::Future;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use super::address;
use super::generation::Generation;
use crate::secret::master;
use crate::secret::ring::Ring;
use crate::{Fault, Said};

/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The first and the longest pause before a server that is away is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// What went wrong, before it is told with the name of the server.
pub(super) type Failed = crate::fault::Failed<Trouble>;

/// What went wrong at the server, or on the way to it.
#[derive(Debug)]
pub(crate) enum Trouble {
    Sql(sqlx::Error),
    /// There was no answer in time.
    Silent,
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Trouble::Sql(error))
    }
}

impl Failed {
    pub const SILENT: Self = Self::Database(Trouble::Silent);

    /// The server's code for the error (SQLSTATE), if it is the server's.
    fn code(&self) -> Option<String> {
        let Self::Database(Trouble::Sql(sqlx::Error::Database(error))) = self else { return None };
        error.code().map(std::borrow::Cow::into_owned)
    }

    /// Whether the session is gone, or never came about, and another one may fare better.
    pub fn is_broken(&self) -> bool {
        match self {
            Self::Database(Trouble::Sql(sqlx::Error::Io(error))) => !is_of_encryption(error),
            Self::Database(Trouble::Sql(sqlx::Error::Protocol(_)) | Trouble::Silent) => true,
            // The server is ending, starting, or full; it ended the session because we were silent for too long.
            _ => self.code().is_some_and(|code| {
                code.starts_with("08")
                    || ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "53300"].contains(&&*code)
            }),
        }
    }

    /// Whether the server says no, and would say so again.
    pub fn is_refused(&self) -> bool {
        self.code().is_some() && !self.is_broken()
    }

    /// Whether the server refused what was to be stored.
    pub fn is_about_content(&self) -> bool {
        self.code().is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
    }

    /// Whether the same transaction may succeed the next time: it stood in the way of another one.
    pub fn is_collision(&self) -> bool {
        self.code().is_some_and(|code| ["40001", "40P01", "55P03"].contains(&&*code))
    }
}

/// Which server and database, and how long to wait for them. Not to be printed: it holds the password.
pub(super) struct Server {
    options: PgConnectOptions,
    /// The address, without a password.
    pub name: String,
    /// How long anything may take that somebody waits for.
    pub wait: Duration,
    /// The sessions that are in use.
    pub generation: Generation,
    /// The keys of what is personal in the log.
    pub keys: Ring,
}

impl Server {
    /// The server that an address names; what it leaves out, the environment and `~/.pgpass` say, as for every client. What is
    /// personal is under the master keys in this file, or in the one of the state folder.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if the address can't be read.
    pub fn new(url: &str, wait: Duration, master_key: Option<&Path>) -> Result<Self, Fault> {
        let name = address::without_password(url);
        let options = address::options(url, |variable| std::env::var(variable).ok()).map_err(|what| {
            Fault::unavailable(format!("{name} is no address of a PostgreSQL database that can be used: {what}"))
        })?;
        let options = options.disable_statement_logging();
        // No wait at all would be no chance to answer either.
        let (wait, generation) = (wait.max(Duration::from_secs(1)), Generation::default());
        let keys = Ring::under(master_key.map(Path::to_owned).or_else(master::in_state_folder));
        Ok(Self { options, name, wait, generation, keys })
    }

    /// A session that answers soon or is given up.
    pub async fn connect(&self) -> Result<PgConnection, Failed> {
        let begin = async {
            let mut connection = PgConnection::connect_with(&self.options).await?;
            // Nothing but numbers is put into it.
            connection.execute(sqlx::AssertSqlSafe(self.settings())).await?;
            Ok(connection)
        };
        tokio::time::timeout(CONNECT, begin).await.unwrap_or(Err(Failed::SILENT))
    }

    /// A session that hears what others notify.
    pub async fn listener(&self) -> Result<PgListener, Failed> {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT);
        Ok(PgListener::connect_with(&pool.connect_lazy_with(self.options.clone())).await?)
    }

    /// A commit is on disk when it is acknowledged. Of a program that has stopped in the middle of a transaction, or of
    /// a machine that is gone, the server takes back the locks within seconds.
    fn settings(&self) -> String {
        let wait = self.wait.as_millis();
        format!(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
             SET lock_timeout = {wait};
             SET statement_timeout = {};
             SET idle_in_transaction_session_timeout = 3000;
             SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 5;
             SET tcp_user_timeout = 10000;
             SET jit = off",
            wait + 5000
        )
    }

    /// Does some work on sessions of now, and leaves it as soon as they are given up.
    pub async fn or_silent<T>(&self, work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
        let given_up = self.generation.given_up();
        tokio::select! {
            biased;
            answer = work => answer,
            () = given_up => Err(Failed::SILENT),
        }
    }

    /// Does what may be done again, until it is done, refused, or the wait is over; pauses while the server is away.
    pub async fn patiently<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        let mut trouble = None;
        let attempts = async {
            let mut pause = Pause::default();
            loop {
                match self.or_silent(attempt()).await {
                    Err(failed) if failed.is_broken() || failed.is_collision() => trouble = Some(failed),
                    answer => return answer,
                }
                pause.rest().await;
            }
        };
        let answer = tokio::time::timeout(self.wait, attempts).await;
        answer.unwrap_or_else(|_| Err(trouble.unwrap_or(Failed::SILENT))).map_err(|failed| self.fault(failed))
    }

    /// What an error means to the caller.
    pub fn fault(&self, failed: impl Into<Failed>) -> Fault {
        let name = &self.name;
        match failed.into() {
            Failed::Fault(fault) => fault,
            Failed::Database(Trouble::Silent) => nothing_recorded(
                format_args!("{name} did not answer within {} s", self.wait.as_secs_f32()),
                "see that the server runs and can be reached",
            ),
            Failed::Database(Trouble::Sql(error)) => self.fault_of(&error),
        }
    }

    fn fault_of(&self, error: &sqlx::Error) -> Fault {
        let (name, said) = (&self.name, plain(error));
        match error {
            sqlx::Error::Database(refused) => self.refused(&refused.code().unwrap_or_default(), &said),
            sqlx::Error::Io(error) if is_of_encryption(error) => self.not_encrypted(&said),
            sqlx::Error::Io(error) if error.kind() == ErrorKind::NotFound && self.options.get_socket().is_none() => {
                Fault::unavailable(format!(
                    "{name}: a file that sslrootcert, sslcert or sslkey names is not there ({said})"
                ))
            }
            sqlx::Error::Io(_) => nothing_recorded(
                format_args!("{name} can't be reached ({said})"),
                "see that the server runs, and that host and port are right",
            ),
            sqlx::Error::Tls(_) => self.not_encrypted(&said),
            sqlx::Error::Configuration(_) => {
                Fault::unavailable(format!("{name} can't be used as the address says: {said}"))
            }
            sqlx::Error::Protocol(_) => nothing_recorded(
                format_args!("what answers at {name} does not speak as PostgreSQL does ({said})"),
                "see that host and port are right",
            ),
            _ => Fault::corrupt(format!("{name} holds what this program does not write: {said}")),
        }
    }

    fn not_encrypted(&self, said: &str) -> Fault {
        Fault::unavailable(format!(
            "{}: no encrypted connection comes about ({said}); see sslmode and sslrootcert in the address, and the \
             server's certificate",
            self.name
        ))
    }

    /// What the server's own refusal means.
    fn refused(&self, code: &str, said: &str) -> Fault {
        let name = &self.name;
        let user = self.options.get_username();
        match code {
            "28P01" | "28000" => Fault::unavailable(format!(
                "{name} does not let user {user} in ({said}); see the password (in the address, PGPASSWORD or ~/.pgpass) \
                 and the server's pg_hba.conf"
            )),
            "3D000" => Fault::unavailable(format!("{name}: {said}; make it first, with `createdb`")),
            "3F000" => Fault::unavailable(format!("{name}: there is no schema to put the tables in ({said})")),
            "42501" => Fault::unavailable(format!(
                "{name}: user {user} may not do this ({said}); let that user own the database, or its schema and tables"
            )),
            "25006" => Fault::unavailable(read_only(name)),
            "53100" => nothing_recorded(
                format_args!("no room is left on the server of {name}"),
                "make room, then send it again",
            ),
            "53300" => nothing_recorded(format_args!("{name} takes no more connections ({said})"), "try later"),
            "55P03" => Fault::locked(name, self.wait),
            "57014" => nothing_recorded(format_args!("{name} took too long and was stopped ({said})"), "try later"),
            "26000" | "42P05" => Fault::unavailable(format!(
                "{name} does not keep what this program prepares ({said}); between it and the server stands a pool that \
                 changes sessions: let that keep whole sessions, or go around it"
            )),
            "XX001" | "XX002" => Fault::corrupt(format!(
                "{name} is damaged ({said}); stop all that use it, keep its files, and restore a copy"
            )),
            // A clash of rows; those of the log itself are answered as conflicts.
            code if code.starts_with("23") => Fault::of_rows(name, said),
            // Tables or columns that are not there, or not of their type.
            code if code.starts_with("42") => {
                Fault::corrupt(format!("{name} does not hold the tables of a log ({said})"))
            }
            code if code.starts_with("22") => Fault::Corrupt(Said::nothing_recorded(
                format_args!("{name} can't hold this ({said})"),
                "correct it, then send it again",
            )),
            _ => nothing_recorded(format_args!("{name} can't be used now ({said})"), "try later"),
        }
    }
}

/// What was found before anything was recorded, and what to do.
fn nothing_recorded(found: std::fmt::Arguments<'_>, then: &str) -> Fault {
    Fault::Unavailable(Said::nothing_recorded(found, then))
}

/// Whether the two sides could not agree on how to encrypt: rustls says what it refuses as invalid data.
fn is_of_encryption(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::InvalidData
}

/// Says that a server takes no writes.
pub(super) fn read_only(name: &str) -> String {
    format!(
        "{name} takes no writes: it is a standby, or set to read-only; name the primary server, or end that setting"
    )
}

/// The words of an error: of the server's own only the one line that is about no row.
fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(refused) => refused.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) | sqlx::Error::Configuration(error) => error.to_string(),
        error => error.to_string(),
    }
}

/// Pauses that grow.
#[derive(Default)]
pub(super) struct Pause(u32);

impl Pause {
    /// The first comes at once: a session of before may be gone while the server is there.
    pub async fn rest(&mut self) {
        if self.0 > 0 {
            tokio::time::sleep((PAUSE.0 * 2_u32.pow((self.0 - 1).min(8))).min(PAUSE.1)).await;
        }
        self.0 += 1;
    }
}

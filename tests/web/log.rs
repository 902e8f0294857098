//! A log of a test's own, in a file or in a database.

use std::sync::Arc;

use rusqlite::Connection;
use scenarios::servers::database::Database;
use store::place::LogPlace;
use store::{LogStore, Options};
use tempfile::TempDir;
use tests::made::book;

/// Runs each claim on each log that is kept: `what_is_claimed` as `in_sqlite::what_is_claimed` and `in_postgres::…`.
macro_rules! on_each_log {
    ($($claim:ident),+ $(,)?) => {
        mod in_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                super::$claim(&$crate::log::Log::in_sqlite().await).await;
            })+
        }
        mod in_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                super::$claim(&$crate::log::Log::in_postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_each_log;

/// A log, empty at first; removed when nobody has it open any more.
pub struct Log {
    pub store: Arc<dyn LogStore>,
    room: Arc<Room>,
}

/// What it lies in.
enum Room {
    Folder(TempDir),
    Database(Database),
}

impl Room {
    fn place(&self) -> LogPlace {
        match self {
            Self::Folder(folder) => LogPlace::File(folder.path().join("kamnot.db")),
            Self::Database(database) => LogPlace::Postgres(database.url()),
        }
    }
}

impl Log {
    async fn of(room: Arc<Room>) -> Self {
        let options = Options { create: true, ..Options::default() };
        Self { store: room.place().open(book(), &options).await.expect("a log"), room }
    }

    /// In a file.
    pub async fn in_sqlite() -> Self {
        Self::of(Arc::new(Room::Folder(tempfile::tempdir().expect("a folder")))).await
    }

    /// In a database.
    pub async fn in_postgres() -> Self {
        Self::of(Arc::new(Room::Database(Database::create()))).await
    }

    /// Another one of the same kind.
    pub async fn another(&self) -> Self {
        match *self.room {
            Room::Folder(_) => Self::in_sqlite().await,
            Room::Database(_) => Self::in_postgres().await,
        }
    }

    /// The same, opened as another process opens it.
    pub async fn again(&self) -> Self {
        Self::of(Arc::clone(&self.room)).await
    }

    /// The files of the log in which a text stands in clear; of a database nothing is known.
    pub fn files_with(&self, text: &str) -> Vec<std::path::PathBuf> {
        let Room::Folder(folder) = &*self.room else { return Vec::new() };
        let files = std::fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file").path());
        let holds = |file: &std::path::PathBuf| {
            let bytes = std::fs::read(file).expect("bytes");
            bytes.windows(text.len()).any(|part| part == text.as_bytes())
        };
        files.filter(holds).collect()
    }

    /// The texts that a query gives, a row each.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        match (&*self.room, self.room.place()) {
            (Room::Database(database), _) => database.sql(sql).lines().map(str::to_owned).collect(),
            (Room::Folder(_), place) => {
                let log = Connection::open(place.to_string()).expect("the log");
                let mut query = log.prepare(sql).expect("a query");
                let rows = query.query_map([], |row| row.get(0)).expect("rows");
                rows.map(|row| row.expect("a text")).collect()
            }
        }
    }
}

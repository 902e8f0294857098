//! Claims that are held on each log that is kept.

/// Runs each claim on each log that is kept, a file and a database: `what_is_claimed` as `in_sqlite::what_is_claimed` and
/// `in_postgres::…`. The claim opens it itself.
#[macro_export]
macro_rules! on_each_log {
    ($($claim:ident),+ $(,)?) => {
        mod in_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let folder = tempfile::tempdir().unwrap();
                super::$claim(&store::place::LogPlace::File(folder.path().join("log.db"))).await;
            })+
        }
        mod in_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let database = scenarios::servers::database::Database::create();
                super::$claim(&store::place::LogPlace::Postgres(database.url())).await;
            })+
        }
    };
}

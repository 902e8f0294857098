//! A log of the format before this one, as an SQLite file.

use store::Options;
use store::sqlite::SqliteStore;
use tests::first_log;
use tests::made::book;

#[test]
fn a_log_of_the_format_before_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    for reading in [true, false] {
        std::fs::write(&path, first_log::FILE).unwrap();
        let options = Options { read_only_will_do: reading, ..Options::default() };
        first_log::is_refused(&SqliteStore::open(&path, book(), &options).err().expect("a refusal"));
        assert_eq!(std::fs::read(&path).unwrap(), first_log::FILE);
    }
}

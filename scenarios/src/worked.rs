//! The worked cases: actions and the assessments that follow from them, as files that a lawyer can check.
//!
//! They are in `cases/`, in folders by article. The title of each is a claim. They are the oracle: if a program gives
//! another answer, either the program or the worked case is wrong, and `docs/rulebook.md` decides which.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// A worked case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked {
    /// The path of the file within the folder `cases`.
    pub path: PathBuf,
    /// What the case shows, as a claim.
    pub title: String,
    /// The article, and the question of the law that the case is about, if any.
    pub why: String,
    /// The rules that the case is about. A duty of Art. 62 has its full name (`custody-duties:rights_told`).
    pub rules: Vec<String>,
    /// Action lines (JSON Lines).
    pub actions: String,
    /// The expected assessments, at one or more instants.
    pub expected: Vec<Expected>,
}

/// The expected assessment at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The instant, in +07:00.
    pub at: String,
    /// The assessment object as `assess` prints it, without its `digest`.
    pub assessment: String,
}

/// Reads all worked cases of this crate, sorted by path.
///
/// # Errors
///
/// A sentence with the file and what is wrong with it.
pub fn worked_cases() -> Result<Vec<Worked>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files = Vec::new();
    for folder in entries(&root)? {
        files.extend(entries(&folder)?);
    }
    files.sort();
    files.iter().map(|file| read(&root, file)).collect()
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error| format!("reading the folder {}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(unreadable)).collect()
}

fn read(root: &Path, file: &Path) -> Result<Worked, String> {
    let path = file.strip_prefix(root).unwrap_or(file).to_owned();
    let wrong = |what: String| format!("worked case {}: {what}", path.display());
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let table: Table = text.parse().map_err(|error| wrong(format!("not TOML: {error}")))?;
    parse(path.clone(), &table).map_err(wrong)
}

fn parse(path: PathBuf, table: &Table) -> Result<Worked, String> {
    only(table, &["title", "why", "rules", "actions", "expected"])?;
    let rules: Vec<String> =
        list(table, "rules")?.iter().map(|rule| text_of(rule, "a rule")).collect::<Result<_, _>>()?;
    let expected: Vec<Expected> = list(table, "expected")?.iter().map(expectation).collect::<Result<_, _>>()?;
    if rules.is_empty() || expected.is_empty() {
        return Err("it needs at least one rule and one [[expected]]".to_owned());
    }
    let (title, why, actions) = (text(table, "title")?, text(table, "why")?, text(table, "actions")?);
    Ok(Worked { path, title, why, rules, actions, expected })
}

fn expectation(value: &Value) -> Result<Expected, String> {
    let table = value.as_table().ok_or("each [[expected]] must be a table")?;
    only(table, &["at", "assessment"])?;
    Ok(Expected { at: text(table, "at")?, assessment: text(table, "assessment")?.trim().to_owned() })
}

/// Refuses unknown keys, since a misspelt key would silently check nothing.
fn only(table: &Table, known: &[&str]) -> Result<(), String> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key `{key}`, expected {}", known.join(", "))),
        None => Ok(()),
    }
}

fn list<'a>(table: &'a Table, key: &str) -> Result<&'a [Value], String> {
    let value = table.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
    value.as_array().map(Vec::as_slice).ok_or_else(|| format!("`{key}` must be a list"))
}

fn text(table: &Table, key: &str) -> Result<String, String> {
    let value = table.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
    text_of(value, &format!("`{key}`"))
}

fn text_of(value: &Value, what: &str) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{what} must be text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_worked_case_reads_and_titles_are_unique() {
        let cases = worked_cases().unwrap();
        let mut titles: Vec<&str> = cases.iter().map(|case| case.title.as_str()).collect();
        titles.sort_unstable();
        titles.dedup();
        assert!(cases.len() > 100);
        assert_eq!(titles.len(), cases.len());
        assert!(cases.is_sorted_by_key(|case| &case.path));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let table: Table = "titel = 'x'".parse().unwrap();
        assert!(parse(PathBuf::new(), &table).unwrap_err().contains("`titel`"));
    }
}

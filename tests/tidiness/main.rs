//! Style as tests: who may depend on whom, what the pure crates may not do, how long a file may grow.

mod circles;
mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below `folder` with this ending, sorted.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no .{ending} below {}", folder.display());
    found.sort();
    found
}

fn sources(crates: &[&str]) -> Vec<PathBuf> {
    crates.iter().flat_map(|name| files(&root().join(name).join("src"), "rs")).collect()
}

/// The sources of what is shipped: of every crate but the two that try it out.
fn product() -> Vec<PathBuf> {
    let members = members();
    let shipped = members.iter().map(String::as_str).filter(|member| !matches!(*member, "scenarios" | "tests"));
    sources(&shipped.collect::<Vec<_>>())
}

/// Every source file of every crate, its tests and benchmarks among them.
fn all_sources() -> Vec<PathBuf> {
    members().into_iter().flat_map(|member| files(&root().join(member), "rs")).collect()
}

/// The folders of the workspace's crates.
fn members() -> Vec<String> {
    let manifest: toml::Table = toml::from_str(&read(&root().join("Cargo.toml"))).expect("a manifest");
    let members = manifest["workspace"]["members"].as_array().expect("a list");
    members.iter().map(|member| member.as_str().expect("a folder").to_owned()).collect()
}

/// The lines of the product's own code in `path` that hold one of `words`, comments left out.
fn lines_with(path: &Path, words: &[&str]) -> Vec<String> {
    let text = read(path);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let found = lines.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    found.map(|(n, line)| format!("{}:{}: {}", path.display(), n + 1, line.trim())).collect()
}

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("engine", &[][..]),
        ("projections", &["engine"][..]),
        ("evidence", &[][..]),
        ("store", &["engine", "projections", "evidence"][..]),
        ("service", &["engine", "projections", "evidence", "store"][..]),
        ("nats", &["engine", "projections", "evidence", "store", "service"][..]),
        ("mail", &["engine", "projections", "evidence", "store", "service"][..]),
        ("web", &["engine", "projections", "evidence", "store", "service"][..]),
        ("kamnot", &["engine", "projections", "evidence", "store", "service", "nats", "mail", "web"][..]),
        ("scenarios", &["engine", "projections", "evidence", "store", "service", "web"][..]),
        (
            "tests",
            &["engine", "projections", "evidence", "store", "service", "nats", "mail", "web", "kamnot", "scenarios"][..],
        ),
    ]);
    for member in members() {
        let manifest: toml::Table =
            toml::from_str(&read(&root().join(&member).join("Cargo.toml"))).expect("a manifest");
        let name = manifest["package"]["name"].as_str().expect("a name");
        let of_name = allowed.get(name).unwrap_or_else(|| panic!("{name}: say here what it may depend on"));
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(table).and_then(toml::Value::as_table) else { continue };
            for dependency in table.keys().filter(|key| allowed.contains_key(key.as_str())) {
                assert!(of_name.contains(&dependency.as_str()), "{name} depends on {dependency}");
            }
        }
    }
}

#[test]
fn the_engine_the_projections_and_the_evidence_are_pure() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::env",
        "std::io",
        "std::time",
        "std::thread",
        "std::process",
        "async ",
        ".await",
        "tokio",
        "println!",
        "eprintln!",
        "tracing",
        "Utc::now",
        "Local::now",
        "HashMap",
        "HashSet",
        "f32",
    ];
    let pure = sources(&["engine", "projections", "projections/evidence"]);
    let mut found: Vec<String> = pure.iter().flat_map(|path| lines_with(path, &forbidden)).collect();
    // A number that is not whole is recognised so that it can be refused; nothing computes with one.
    let floats = pure.iter().flat_map(|path| lines_with(path, &["f64"]));
    found.extend(floats.filter(|line| !line.contains("fn visit_f64<E>(self, _: f64)")));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_clock_is_read_outside_the_clock() {
    let forbidden = ["Utc::now", "Local::now", "SystemTime", "Instant::now"];
    let elsewhere = product().into_iter().filter(|path| !path.ends_with("src/clock.rs"));
    let found: Vec<String> = elsewhere.flat_map(|path| lines_with(&path, &forbidden)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_unwraps_outside_tests() {
    let found: Vec<String> = [product(), sources(&["scenarios"])]
        .concat()
        .iter()
        .flat_map(|path| lines_with(path, &[".unwrap()", "todo!", "unimplemented!"]))
        .collect();
    // Unit tests stand at the end of their file.
    let in_product = found.into_iter().filter(|line| {
        let (path, rest) = line.split_once(".rs:").expect("a path");
        let number: usize = rest.split(':').next().and_then(|number| number.parse().ok()).expect("a line");
        let text = read(Path::new(&format!("{path}.rs")));
        !text.lines().take(number).any(|line| line == "#[cfg(test)]")
    });
    let found: Vec<String> = in_product.collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_source_file_is_longer_than_four_hundred_lines() {
    let long = |path: &PathBuf| {
        let lines = read(path).lines().count();
        (lines > LONGEST.iter().find(|(name, _)| path.ends_with(name)).map_or(400, |(_, most)| *most))
            .then(|| format!("{}: {lines}", path.display()))
    };
    let found: Vec<String> = all_sources().iter().filter_map(long).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A room that is a list by nature: every action of the format with its fields.
const LONGEST: [(&str, usize); 1] = [("engine/src/action/table.rs", 500)];

/// A case may hold 10,000 actions: each search of a list for each of them would be a hundred million steps.
#[test]
fn a_timeline_is_made_without_searching_or_shifting_a_list() {
    let searching = [".position(", ".rposition(", ".insert(", ".remove(0)", ".iter().find(", ".iter().any("];
    let rooms = sources(&["projections"]).into_iter().filter(|path| path.to_string_lossy().contains("src/timeline"));
    let found: Vec<String> = rooms.flat_map(|path| lines_with(&path, &searching)).collect();
    // The keys of one label, and the items of one field.
    let found: Vec<String> =
        found.into_iter().filter(|line| !line.contains("keys.iter()") && !line.contains("items.iter()")).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_room_is_named_after_nothing() {
    let names = ["manager", "helper", "helpers", "util", "utils", "common", "misc"];
    for path in all_sources() {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(!names.contains(&stem), "{}", path.display());
    }
}

#[test]
fn every_source_file_says_what_it_is() {
    for path in all_sources() {
        assert!(read(&path).starts_with("//!"), "{} has no module documentation", path.display());
    }
}

#[test]
fn every_rule_has_an_article_its_words_and_a_test_of_its_file() {
    let book = engine::rulebook::Rulebook::law_05_na_2006();
    let file: toml::Table = toml::from_str(engine::rulebook::LAW_05_NA_2006).expect("TOML");
    let tables = file["rules"].as_table().expect("the rules");
    let ids: BTreeSet<_> = book.rules().iter().map(|rule| rule.id.word()).collect();
    assert_eq!(ids, tables.keys().map(String::as_str).collect(), "every table is a rule, and every rule a table");
    for rule in book.rules() {
        let table = tables[rule.id.word()].as_table().expect("a table");
        assert_eq!(
            rule.is_limit(),
            !table.contains_key("on"),
            "{}: a time limit opens, a condition is tested",
            rule.id
        );
        assert!(
            !rule.article.is_empty() && !rule.law.is_empty() && rule.law.iter().all(|quote| !quote.lo.is_empty()),
            "{}",
            rule.id
        );
    }
}

#[test]
fn no_file_is_compiled_by_a_path_of_its_choosing() {
    let found: Vec<String> = all_sources().iter().flat_map(|path| lines_with(path, &["#[path"])).collect();
    // This file's own words.
    let found: Vec<String> = found.into_iter().filter(|line| !line.contains("tidiness/main.rs")).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_lints_hold_in_every_crate() {
    for name in members() {
        let manifest: toml::Table = toml::from_str(&read(&root().join(&name).join("Cargo.toml"))).expect("a manifest");
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{name}");
    }
    for path in all_sources().iter().filter(|path| !path.ends_with("tests/tidiness/main.rs")) {
        let found = lines_with(path, &["#[allow(", "#![allow("]);
        assert!(found.is_empty(), "use #[expect(…, reason = …)]: {}", found.join("\n"));
    }
}

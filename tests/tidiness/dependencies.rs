//! What may be depended on, as `deny.toml` says: licences, bans, sources.
//!
//! `cargo deny` checks the same, and advisories, in the public workflow. To build it here takes longer than every other check
//! but the tests, so this reads the lists of `deny.toml` itself; it knows no more of its settings than are in that file.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use tests::program::without_our_own;

use super::{read, root};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn deny() -> toml::Table {
    toml::from_str(&read(&root().join("deny.toml"))).expect("a file of TOML")
}

fn words(list: &toml::Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|word| word.as_str().expect("a word")).collect()
}

/// The packages that are compiled for the systems of `deny.toml`, by name and version; ours among them.
fn packages() -> BTreeMap<(String, String), Value> {
    let mut found = BTreeMap::new();
    for target in words(&deny()["graph"]["targets"]) {
        let mut metadata = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        without_our_own(&mut metadata).args(["metadata", "--format-version=1", "--locked", "--offline"]);
        metadata.args(["--filter-platform", target]).current_dir(root());
        let output = metadata.output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let nodes = metadata["resolve"]["nodes"].as_array().expect("a list").iter();
        let compiled: BTreeSet<&str> = nodes.filter_map(|node| node["id"].as_str()).collect();
        for package in metadata["packages"].as_array().expect("a list") {
            if compiled.contains(package["id"].as_str().expect("an id")) {
                let text = |key: &str| package[key].as_str().expect("a text").to_owned();
                found.insert((text("name"), text("version")), package.clone());
            }
        }
    }
    assert!(found.len() > 100, "{} packages", found.len());
    found
}

/// Whether a licence expression (SPDX) can be met with these licences, which of them it names being added to `named`.
fn is_met<'e>(expression: &'e str, allowed: &[&str], named: &mut BTreeSet<&'e str>) -> bool {
    // What binds least first. Old packages write / for OR.
    for (joint, any) in [(" OR ", true), ("/", true), (" AND ", false)] {
        let parts = split(expression, joint);
        if parts.len() > 1 {
            let met: Vec<bool> = parts.into_iter().map(|part| is_met(part, allowed, named)).collect();
            return if any { met.contains(&true) } else { !met.contains(&false) };
        }
    }
    let expression = expression.trim();
    if let Some(inner) = expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        return is_met(inner, allowed, named);
    }
    named.insert(expression);
    allowed.contains(&expression)
}

/// The parts of an expression between these joints that stand in no brackets.
fn split<'e>(expression: &'e str, joint: &str) -> Vec<&'e str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, _) in expression.match_indices(joint) {
        let before = &expression[..at];
        if before.matches('(').count() == before.matches(')').count() {
            parts.push(&expression[start..at]);
            start = at + joint.len();
        }
    }
    parts.push(&expression[start..]);
    parts
}

#[test]
fn every_package_is_under_a_licence_that_is_allowed_and_none_is_allowed_for_nothing() {
    let (deny, packages) = (deny(), packages());
    let allowed = words(&deny["licenses"]["allow"]);
    let mut named = BTreeSet::new();
    let mut refused = Vec::new();
    for ((name, version), package) in &packages {
        let licence = package["license"].as_str().unwrap_or("none");
        if !is_met(licence, &allowed, &mut named) {
            refused.push(format!("{name} {version}: {licence}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let unused: Vec<&&str> = allowed.iter().filter(|licence| !named.contains(**licence)).collect();
    assert!(unused.is_empty(), "no package is under {unused:?}: take it from deny.toml");
}

#[test]
fn an_expression_is_met_by_one_of_some_and_by_all_of_others() {
    let met = |expression: &str| is_met(expression, &["MIT", "ISC"], &mut BTreeSet::new());
    assert!(met("MIT") && met("MIT OR X") && met("X/MIT") && met("MIT AND ISC") && met("(X OR MIT) AND ISC"));
    assert!(!met("X") && !met("MIT AND X") && !met("(MIT AND X) OR (ISC AND X)") && !met("none") && !met("MIT WITH X"));
}

#[test]
fn every_package_comes_from_crates_io_or_is_ours() {
    let deny = deny();
    for unknown in ["unknown-registry", "unknown-git"] {
        assert_eq!(deny["sources"][unknown].as_str(), Some("deny"));
    }
    for ((name, version), package) in packages() {
        assert!(package["source"].as_str().is_none_or(|source| source == CRATES_IO), "{name} {version}");
    }
}

#[test]
fn no_dependency_of_ours_takes_any_version_and_packages_of_two_are_named() {
    let (deny, packages) = (deny(), packages());
    let bans = &deny["bans"];
    assert_eq!((bans["wildcards"].as_str(), bans["multiple-versions"].as_str()), (Some("deny"), Some("warn")));
    for ((name, _), package) in packages.iter().filter(|(_, package)| package["source"].is_null()) {
        for dependency in package["dependencies"].as_array().expect("a list") {
            let any = dependency["req"] == "*" && dependency["path"].is_null();
            assert!(!any, "{name} takes any version of {}", dependency["name"]);
        }
    }
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in packages.keys() {
        versions.entry(name).or_default().push(version);
    }
    for (name, several) in versions.into_iter().filter(|(_, versions)| versions.len() > 1) {
        println!("{name}: {}", several.join(", "));
    }
}

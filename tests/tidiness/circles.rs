//! No two rooms of a crate name each other in a circle: who reads one of them need not have read the other first.
//!
//! A module and its own children are one room and may name each other. Between the rooms at the top of a crate, and between
//! the children of one module, there is no way back. Unit tests are not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{files, members, read, root};

/// A module by its path from the crate's top, such as `nats`, `address`.
type Module = Vec<String>;

/// What one child of a module says of another: the lines.
type Edges = BTreeMap<(String, String), Vec<String>>;

#[test]
fn no_rooms_of_a_crate_name_each_other_in_a_circle() {
    let mut said = String::new();
    for member in members() {
        for edges in levels(&root().join(&member).join("src")).into_values() {
            for circle in circles(&edges) {
                writeln!(said, "{member}: these name each other in a circle: {}", circle.join(", ")).expect("a text");
                said += &lines_of(&circle, &edges);
            }
        }
    }
    assert!(said.is_empty(), "{said}");
}

/// For each module of a crate that has children: what these say of each other.
fn levels(source: &Path) -> BTreeMap<Module, Edges> {
    let modules: BTreeMap<Module, PathBuf> =
        files(source, "rs").into_iter().map(|path| (module(source, &path), path)).collect();
    let modules: BTreeMap<Module, PathBuf> =
        modules.into_iter().filter(|(module, _)| module.last().is_none_or(|last| last != "tests")).collect();
    let mut levels: BTreeMap<Module, Edges> = BTreeMap::new();
    for (from, path) in &modules {
        for (line, named) in named_in(&read(path)) {
            let Some(to) = resolved(from, &named, &modules) else { continue };
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            // A module and its own children, near and far, are one room.
            if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
                let place = format!("  {}:{line}: {}", path.display(), named.join("::"));
                let edges = levels.entry(from[..shared].to_vec()).or_default();
                edges.entry((one.clone(), other.clone())).or_default().push(place);
            }
        }
    }
    levels
}

/// The module that a file is. The top of the crate, and of its program, is the empty path.
fn module(source: &Path, path: &Path) -> Module {
    let path = path.strip_prefix(source).expect("below the crate's sources").with_extension("");
    let module: Module = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(module.as_slice(), [top] if top == "lib" || top == "main") { Vec::new() } else { module }
}

/// The module that a path names something in: as far as there are files.
fn resolved(from: &[String], named: &[String], modules: &BTreeMap<Module, PathBuf>) -> Option<Module> {
    let mut at = match named.first()?.as_str() {
        "crate" => Vec::new(),
        "self" => from.to_vec(),
        _ => from[..from.len().checked_sub(1)?].to_vec(),
    };
    for word in &named[1..] {
        if word == "super" {
            at.pop();
            continue;
        }
        at.push(word.clone());
        if !modules.contains_key(&at) {
            at.pop();
            break;
        }
    }
    Some(at)
}

/// Every path of a file that begins in its own crate, with its line: `crate::…`, `super::…`, `self::…`; of a list in braces
/// each one.
fn named_in(text: &str) -> Vec<(usize, Vec<String>)> {
    let product = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> =
        product.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for (start, _) in code.match_indices("::") {
        let before = code[..start].trim_end_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
        let first = &code[before.len()..start];
        if !matches!(first, "crate" | "super" | "self") || before.ends_with([':', '$']) {
            continue;
        }
        let line = 1 + code[..start].matches('\n').count();
        let mut paths = Vec::new();
        branches(&code[start + 2..], vec![first.to_owned()], &mut paths);
        found.extend(paths.into_iter().map(|path| (line, path)));
    }
    found
}

/// Follows a path to its ends, and says how much of the text that took.
fn branches(text: &str, mut path: Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if text[at..].starts_with('{') {
            at += 1;
            while !text[at..].trim_start().starts_with('}') && at < text.len() {
                at += branches(&text[at..], path.clone(), found);
                let rest = text[at..].trim_start().trim_start_matches(',');
                at = text.len() - rest.len();
            }
            return text.len() - text[at..].trim_start().strip_prefix('}').unwrap_or_default().len();
        }
        let rest = text[at..].trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
        let word = &text[at..text.len() - rest.len()];
        at = text.len() - rest.len();
        path.push(word.to_owned());
        match rest.trim_start().strip_prefix("::") {
            Some(further) => at = text.len() - further.len(),
            None => break,
        }
    }
    // `… as …`
    let rest = &text[at..];
    if let Some(named) = rest.trim_start().strip_prefix("as ") {
        let further = named.trim_start().trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
        at = text.len() - further.len();
    }
    found.push(path);
    // In a list, something always lies before the next comma.
    at.max(1).min(text.len())
}

/// The groups of children each of which leads to each other one.
fn circles(edges: &Edges) -> BTreeSet<Vec<String>> {
    let all: BTreeSet<&String> = edges.keys().flat_map(|(from, to)| [from, to]).collect();
    let reached: BTreeMap<&String, BTreeSet<&String>> = all.iter().map(|from| (*from, reach(from, edges))).collect();
    let circle = |one: &&String| -> Vec<String> {
        let both = all.iter().filter(|other| reached[*one].contains(**other) && reached[**other].contains(*one));
        both.map(|other| (*other).clone()).collect()
    };
    all.iter().map(circle).filter(|circle| circle.len() > 1).collect()
}

/// All that a child leads to.
fn reach<'e>(from: &String, edges: &'e Edges) -> BTreeSet<&'e String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(here) = next.pop() {
        for (_, to) in edges.keys().filter(|(from, _)| from == here) {
            if reached.insert(to) {
                next.push(to);
            }
        }
    }
    reached
}

/// The lines that make a circle.
fn lines_of(circle: &[String], edges: &Edges) -> String {
    let inside = edges.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
    let mut said = String::new();
    for ((from, to), lines) in inside {
        writeln!(said, " {from} -> {to}\n{}", lines.join("\n")).expect("a text");
    }
    said
}

#[test]
fn paths_are_read_as_they_are_written() {
    let text = "use crate::a::{self, b::C, d as e};\nuse super::f;\n// crate::no\nfn g() { crate::h::i::<T>() }\n\
                use other::crate_::x;\n\n#[cfg(test)]\nuse crate::no;\n";
    let read: Vec<(usize, String)> = named_in(text).into_iter().map(|(line, path)| (line, path.join("::"))).collect();
    let expected =
        [(1, "crate::a::self"), (1, "crate::a::b::C"), (1, "crate::a::d"), (2, "super::f"), (4, "crate::h::i::")];
    assert_eq!(read, expected.map(|(line, path)| (line, path.to_owned())));
}

#[test]
fn a_circle_is_found_and_a_chain_is_none() {
    let edges = |pairs: &[(&str, &str)]| -> Edges {
        pairs.iter().map(|(from, to)| (((*from).to_owned(), (*to).to_owned()), Vec::new())).collect()
    };
    assert_eq!(circles(&edges(&[("a", "b"), ("b", "c"), ("a", "c")])), BTreeSet::new());
    let circle = ["a", "b", "c"].map(str::to_owned).to_vec();
    assert_eq!(circles(&edges(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")])), BTreeSet::from([circle]));
}

//! Reads a policy line by line.
//!
//! The text is taken as bytes: only spaces, tabs and newlines mean something besides the words. A name is compared byte
//! by byte; bytes that are no UTF-8 are told apart and shown as replacement characters.

use std::collections::{BTreeMap, BTreeSet};

use super::{Log, Named, Needed, Policy, PolicyError, Problem, Witness};
use crate::key::{KeyError, KeyType, VerifierKey};
use crate::strict;

pub(super) fn policy(text: &[u8]) -> Result<Policy, PolicyError> {
    let mut read = Read::default();
    let lines: Vec<&[u8]> = text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n').collect();
    for (before, line) in lines.iter().enumerate() {
        read.line(line).map_err(|problem| PolicyError { line: before + 1, problem })?;
    }
    let missing = PolicyError { line: lines.len(), problem: Problem::Quorum };
    Ok(Policy { logs: read.logs, named: read.named, quorum: read.quorum.ok_or(missing)? })
}

#[derive(Default)]
struct Read {
    logs: Vec<Log>,
    named: Vec<Named>,
    /// Where in `named` a name stands.
    places: BTreeMap<Vec<u8>, usize>,
    keys: BTreeSet<[u8; 32]>,
    ids: BTreeSet<(String, u32)>,
    /// What is a member of a group.
    members: BTreeSet<usize>,
    quorum: Option<Needed>,
}

impl Read {
    fn line(&mut self, line: &[u8]) -> Result<(), Problem> {
        if line.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f) {
            return Err(Problem::Characters);
        }
        let words: Vec<&[u8]> =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
        match words[..] {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, least, ref members @ ..] if !members.is_empty() => self.group(name, least, members),
            [b"quorum", name] => self.quorum(name),
            _ => Err(Problem::Form),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), Problem> {
        let key = self.read_key(key, KeyType::Note)?;
        self.logs.push(Log { key, url: url.map(shown) });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&[u8]>) -> Result<(), Problem> {
        let key = self.read_key(key, KeyType::Cosignature)?;
        self.define(name, Named::Witness(Box::new(Witness { name: shown(name), key, url: url.map(shown) })))
    }

    fn read_key(&mut self, text: &[u8], expected: KeyType) -> Result<VerifierKey, Problem> {
        let key: VerifierKey = std::str::from_utf8(text).map_err(|_| KeyError::Form)?.parse()?;
        if key.key_type() != expected {
            return Err(Problem::KeyType);
        }
        if !self.keys.insert(*key.public().bytes()) {
            return Err(Problem::SameKey);
        }
        if !self.ids.insert((key.name().to_owned(), key.id())) {
            return Err(Problem::SameId);
        }
        Ok(key)
    }

    fn group(&mut self, name: &[u8], least: &[u8], members: &[&[u8]]) -> Result<(), Problem> {
        let count = members.len();
        let number = match least {
            b"any" => Some(1),
            b"all" => Some(count),
            digits => strict::decimal(&shown(digits)).and_then(|number| usize::try_from(number).ok()),
        };
        let least = number
            .filter(|number| (1..=count).contains(number))
            .ok_or_else(|| Problem::Least { least: shown(least), members: count })?;
        let mut places = Vec::with_capacity(count);
        for member in members {
            let place = self.place(member)?;
            if !self.members.insert(place) {
                return Err(Problem::Member(shown(member)));
            }
            places.push(place);
        }
        self.define(name, Named::Group { least, members: places })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), Problem> {
        if self.quorum.is_some() {
            return Err(Problem::Quorum);
        }
        self.quorum = Some(if name == b"none" { Needed::Nothing } else { Needed::Named(self.place(name)?) });
        Ok(())
    }

    fn place(&self, name: &[u8]) -> Result<usize, Problem> {
        self.places.get(name).copied().ok_or_else(|| Problem::Unknown(shown(name)))
    }

    fn define(&mut self, name: &[u8], named: Named) -> Result<(), Problem> {
        if name == b"none" || self.places.contains_key(name) {
            return Err(Problem::Taken(shown(name)));
        }
        self.places.insert(name.to_vec(), self.named.len());
        self.named.push(named);
        Ok(())
    }
}

fn shown(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

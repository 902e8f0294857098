//! Describes the fields of each action. `kamnot actions`, templates, tables and the questions of `kamnot record` all use
//! this one description.
//!
//! Invariant: the reader accepts exactly the fields that are described here, as they are described. A test reads every
//! action with and without each field. The Lao is ours; no lawyer has reviewed it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

pub use super::field::{Field, FieldKind, Need};
pub use super::table::{COMMON, SAID};

use super::ActionName;

/// A field that contains no other fields, with its path in the action, such as `offences.0.class`.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The names from the action down to the field, joined by dots; `0` is the first item of a list.
    pub path: String,
    /// The field itself.
    pub field: &'static Field,
    /// Whether the field and every object around it is required.
    pub required: bool,
}

/// The action's own fields that contain no other fields, in order. Of a list, those of its first item.
pub fn leaves(name: ActionName) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(name.fields(), "", true, &mut found);
    found
}

fn collect(fields: &'static [Field], path: &str, required: bool, found: &mut Vec<Leaf>) {
    for field in fields {
        let own = format!("{path}{}", field.name);
        let required = required && field.need == Need::Required;
        match field.kind {
            FieldKind::Object(fields) => collect(fields, &format!("{own}."), required, found),
            FieldKind::Objects(fields) => collect(fields, &format!("{own}.0."), required, found),
            _ => found.push(Leaf { path: own, field, required }),
        }
    }
}

/// The paths of all fields of actions that tests and lists name: a dot stands inside an object. Sorted.
pub fn field_paths() -> &'static [String] {
    static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut paths = BTreeSet::new();
        for field in ActionName::ALL.iter().flat_map(|name| name.fields()) {
            paths.insert(field.name.to_owned());
            match field.kind {
                FieldKind::Object(inner) => {
                    paths.extend(inner.iter().map(|inner| format!("{}.{}", field.name, inner.name)));
                }
                FieldKind::Objects(inner) => paths.extend(inner.iter().map(|inner| inner.name.to_owned())),
                _ => {}
            }
        }
        paths.into_iter().collect()
    });
    &PATHS
}

/// Whether some field accepts this word.
pub fn is_word(word: &str) -> bool {
    words().contains(word)
}

/// The words of all fields.
pub fn words() -> &'static BTreeSet<&'static str> {
    static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let fields = ActionName::ALL.iter().flat_map(|name| leaves(*name));
        fields.flat_map(|leaf| leaf.field.words()).copied().collect()
    });
    &WORDS
}

/// A path of [`field_paths`], as the program spells it.
pub fn path_of(path: &str) -> Option<&'static str> {
    let paths = field_paths();
    paths.binary_search_by(|known| known.as_str().cmp(path)).ok().map(|at| paths[at].as_str())
}

impl ActionName {
    /// Whether such an action can be withdrawn: an opening is corrected instead, and a withdrawal is final.
    pub const fn can_be_withdrawn(self) -> bool {
        !matches!(self, Self::CaseOpened | Self::ActionWithdrawn)
    }

    /// The field at `path` in this action, such as `place.children_only`, `order` or `offences.1.class`.
    pub fn field_at(self, path: &str) -> Option<&'static Field> {
        let mut fields = self.fields();
        let mut steps = path.split('.');
        loop {
            let step = steps.next()?;
            let field = fields.iter().find(|field| field.name == step)?;
            let mut rest = steps.clone();
            if rest.next().is_none() {
                return Some(field);
            }
            fields = match field.kind {
                FieldKind::Object(fields) => fields,
                FieldKind::Objects(fields) => {
                    let index = steps.next()?;
                    let plain = index.len() <= 2 && index.bytes().all(|byte| byte.is_ascii_digit());
                    let leading_zero = index.len() == 2 && index.starts_with('0');
                    if !plain || index.is_empty() || leading_zero {
                        return None;
                    }
                    fields
                }
                _ => return None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::action::Action;
    use crate::json::Json;
    use crate::language::Language;

    /// A value that the field accepts.
    fn value(field: &Field) -> Json<'static> {
        match field.kind {
            FieldKind::Case => Json::text("A-1"),
            FieldKind::Id => Json::text("0197a000-0000-7000-8000-000000000001"),
            FieldKind::When | FieldKind::Day => Json::text("2026-03-01"),
            FieldKind::Office => Json::text("vte-prosecutor"),
            FieldKind::Text => Json::text("text"),
            FieldKind::Flag => Json::Bool(true),
            FieldKind::Count(least) => Json::Number(least.into()),
            FieldKind::Offence => Json::Number(0),
            FieldKind::Word(words) => Json::text(words[0]),
            FieldKind::Words(words) => Json::List(words.iter().map(|word| Json::text(*word)).collect()),
            FieldKind::Object(fields) => object(fields),
            FieldKind::Objects(fields) => Json::List(vec![object(fields)]),
        }
    }

    fn object(fields: &'static [Field]) -> Json<'static> {
        Json::Object(fields.iter().map(|field| (field.name.into(), value(field))).collect())
    }

    /// The whole action, with each of its fields.
    fn whole(name: ActionName) -> Json<'static> {
        let own = name.fields().iter().map(|field| (field.name.into(), value(field)));
        let common = COMMON.iter().map(|field| match field.name {
            "action" => ("action".into(), Json::text(name.word())),
            other => (other.into(), value(field)),
        });
        Json::Object(common.chain(own).collect())
    }

    /// The object that contains the field of this path.
    fn around<'j, 'a>(json: &'j mut Json<'a>, path: &str) -> &'j mut Vec<(Cow<'a, str>, Json<'a>)> {
        match (json, path.split_once('.')) {
            (Json::Object(fields), None) => fields,
            (Json::Object(fields), Some((name, rest))) => {
                let at = fields.iter().position(|(key, _)| key == name).expect("it is there");
                around(&mut fields[at].1, rest)
            }
            (Json::List(items), Some((index, rest))) => {
                around(&mut items[index.parse::<usize>().expect("an index")], rest)
            }
            _ => panic!("{path}"),
        }
    }

    /// Every field of an action with its path, objects and lists too.
    fn every(fields: &'static [Field], path: &str) -> Vec<(String, &'static Field)> {
        let mut found = Vec::new();
        for field in fields {
            let own = format!("{path}{}", field.name);
            found.extend(match field.kind {
                FieldKind::Object(inner) => every(inner, &format!("{own}.")),
                FieldKind::Objects(inner) => every(inner, &format!("{own}.0.")),
                _ => Vec::new(),
            });
            found.push((own, field));
        }
        found
    }

    #[test]
    fn the_reader_takes_every_field_as_it_is_described() {
        for &name in ActionName::ALL {
            let mut canonical = String::new();
            whole(name).write(&mut canonical);
            let action = Action::read(&canonical).unwrap_or_else(|flaws| panic!("{name}: {flaws:?}"));
            let mut written = String::new();
            action.to_json().write(&mut written);
            assert_eq!(written, canonical, "{name}: nothing is read that is not kept");
            for (path, field) in every(COMMON, "").into_iter().chain(every(name.fields(), "")) {
                let mut without = whole(name);
                around(&mut without, &path).retain(|(key, _)| key != field.name);
                let read = Action::from_json(without);
                assert_eq!(read.is_err(), field.need == Need::Required, "{name}: without {path}: {read:?}");
                let mut null = whole(name);
                around(&mut null, &path)
                    .iter_mut()
                    .filter(|(key, _)| key == field.name)
                    .for_each(|(_, value)| *value = Json::Null);
                let read = Action::from_json(null);
                assert_eq!(read.is_ok(), field.null(Language::En).is_some(), "{name}: {path} null: {read:?}");
            }
            let any_of = name.fields().iter().any(|field| field.need == Need::AnyOf);
            let mut none = whole(name);
            around(&mut none, "")
                .retain(|(key, _)| name.fields().iter().all(|field| field.name != key || field.need == Need::Required));
            assert_eq!(Action::from_json(none).is_err(), any_of, "{name}: none of those of which one is required");
        }
    }

    #[test]
    fn the_reader_takes_every_word_that_is_described_and_no_other() {
        for &name in ActionName::ALL {
            for (path, field) in every(name.fields(), "") {
                for word in field.words().iter().copied().chain(["another"]) {
                    let mut json = whole(name);
                    let value = match field.kind {
                        FieldKind::Words(_) => Json::List(vec![Json::text(word)]),
                        _ => Json::text(word),
                    };
                    let fields = around(&mut json, &path);
                    fields
                        .iter_mut()
                        .filter(|(key, _)| !field.words().is_empty() && key == field.name)
                        .for_each(|(_, old)| *old = value.clone());
                    let good = field.words().is_empty() || word != "another";
                    assert_eq!(Action::from_json(json).is_ok(), good, "{name}: {path} {word}");
                }
            }
        }
    }

    #[test]
    fn an_id_is_derived_without_what_the_table_marks_as_personal() {
        for &name in ActionName::ALL {
            for (path, field) in every(name.fields(), "") {
                let id = |changed: Option<Json<'static>>| {
                    let mut json = whole(name);
                    around(&mut json, "").retain(|(key, _)| key != "id");
                    let (fields, own) = (around(&mut json, &path), changed);
                    fields.iter_mut().filter(|(key, _)| key == field.name).for_each(|(_, value)| {
                        if let Some(own) = &own {
                            *value = own.clone();
                        }
                    });
                    Action::from_json(json).expect("an action").id
                };
                let other = match field.kind {
                    FieldKind::Text => Json::text("another text"),
                    FieldKind::Flag => Json::Bool(false),
                    FieldKind::Count(least) => Json::Number(i64::from(least) + 1),
                    FieldKind::Day => Json::text("2026-03-02"),
                    FieldKind::Word([_, second, ..]) => Json::text(*second),
                    _ => continue,
                };
                // The penalty's lower end may not be above the upper one, and the word of a voiding was once left out too.
                if field.name == "min" || (name, field.name) == (ActionName::CaseVoided, "reason") {
                    continue;
                }
                let in_the_child = path.starts_with("child.");
                assert_eq!(id(None) == id(Some(other)), field.is_personal(), "{name}: {path}");
                assert!(!in_the_child || field.is_personal(), "{name}: {path} is of the child");
            }
        }
    }

    #[test]
    fn a_field_is_found_by_its_path() {
        let name = |path| ActionName::CaseOpened.field_at(path).map(|field| field.name);
        assert_eq!(name("child.ref"), Some("ref"));
        assert_eq!(name("offences"), Some("offences"));
        for path in ["offences.0.class", "offences.12.class"] {
            assert_eq!(name(path), Some("class"));
        }
        for path in [
            "",
            "offences.",
            "offences.0",
            "offences.class",
            "offences.00.class",
            "offences.-1.class",
            "child.ref.x",
            "offences.100.class",
        ] {
            assert_eq!(name(path), None, "{path}");
        }
    }
}

//! A table of actions, from a CSV file or a workbook: what each column holds, and a row as an action.
//!
//! The columns are `case`, `action`, `at`, `by`, and optionally `id`, in any order; the other fields are in `details`
//! as a JSON object or in one column each (`place.children_only`, `offences.0.class`). Invariant: every non-empty cell
//! is part of the action, or the row is refused; no message echoes a cell or an unknown heading.

mod cell;

use std::borrow::Cow;
use std::collections::BTreeSet;

use engine::action::describe::{COMMON, FieldKind, leaves};
use engine::action::{Action, ActionName, CaseRef, OfficeCode, When};
use engine::json::Json;
use engine::refusal::{Code, Flaws, Refusal, nearest};

use super::FileFlaw;

/// The maximum number of columns; all fields of all actions are some seventy.
pub(super) const MOST_COLUMNS: usize = 1_000;
/// The required columns.
const NEEDED: [&str; 4] = ["case", "action", "at", "by"];

type Fields<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// The columns of a table, in order.
#[derive(Debug)]
pub(super) struct Heading {
    columns: Vec<Column>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    /// A field that every action has.
    Common(&'static str),
    /// The other fields as one JSON object.
    Details,
    /// A field of some action's own, by its path.
    Own(String),
    /// An unknown column, with the field that was probably meant. Its cells must be empty.
    Spare(Option<String>),
}

impl Column {
    fn of(heading: &str, known: &mut Option<BTreeSet<String>>) -> Self {
        let space = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
        let name = heading.trim_matches(space).to_ascii_lowercase();
        if let Some(field) = COMMON.iter().find(|field| field.name == name) {
            return Self::Common(field.name);
        }
        if name == "details" {
            return Self::Details;
        }
        if ActionName::ALL.iter().any(|action| action.field_at(&name).is_some()) {
            return Self::Own(name);
        }
        let known = known.get_or_insert_with(names);
        Self::Spare(nearest(&name, known.iter().map(String::as_str)).map(str::to_owned))
    }
}

/// Every name that a column may have.
fn names() -> BTreeSet<String> {
    let common = COMMON.iter().map(|field| field.name.to_owned());
    let own = ActionName::ALL.iter().flat_map(|action| leaves(*action)).map(|leaf| leaf.path);
    common.chain(["details".to_owned()]).chain(own).collect()
}

/// How many of the cells name a column: this distinguishes a heading from other lines.
pub(super) fn known_columns<'c>(cells: impl IntoIterator<Item = &'c str>) -> usize {
    let known = |cell: &str| !matches!(Column::of(cell, &mut Some(BTreeSet::new())), Column::Spare(_));
    cells.into_iter().filter(|cell| known(cell)).count()
}

/// The action of one row with these headings; missing cells are refused as in a table.
///
/// # Errors
/// Each flaw, with its column.
pub fn row<'c>(heading: impl IntoIterator<Item = &'c str>, cells: &[&str]) -> Result<Action, Flaws> {
    let mut known = None;
    Heading { columns: heading.into_iter().map(|cell| Column::of(cell, &mut known)).collect() }.action(cells)
}

impl Heading {
    /// Reads the heading, which is on this line.
    ///
    /// # Errors
    /// If a required column is missing, or a column is given twice: what was found and what to do.
    pub(super) fn read<'c>(line: usize, cells: impl IntoIterator<Item = &'c str>) -> Result<Self, FileFlaw> {
        let mut known = None;
        let (mut columns, mut named) = (Vec::new(), 0);
        for cell in cells {
            columns.push(Column::of(cell, &mut known));
            if columns.len() > MOST_COLUMNS {
                return Err(FileFlaw::ManyColumns(MOST_COLUMNS));
            }
            if !cell.trim().is_empty() {
                named = columns.len();
            }
        }
        columns.truncate(named);
        let missing: Vec<&'static str> =
            NEEDED.into_iter().filter(|name| !columns.contains(&Column::Common(name))).collect();
        if !missing.is_empty() {
            return Err(FileFlaw::MissingColumns(line, missing));
        }
        let mut sorted: Vec<(&Column, usize)> = columns.iter().zip(1..).collect();
        sorted.sort_unstable();
        let twice = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0 && !matches!(pair[0].0, Column::Spare(_)));
        if let Some(&[(_, first), (_, second)]) = twice {
            return Err(FileFlaw::SameHeading(line, place(first), place(second)));
        }
        Ok(Self { columns })
    }

    /// How many columns the table has.
    pub(super) const fn width(&self) -> usize {
        self.columns.len()
    }

    /// The column's name, or its place if it has no name.
    pub(super) fn name_of(&self, column: usize) -> String {
        match self.columns.get(column) {
            Some(Column::Common(name)) => (*name).to_owned(),
            Some(Column::Details) => "details".to_owned(),
            Some(Column::Own(path)) => path.clone(),
            Some(Column::Spare(_)) | None => place(column + 1),
        }
    }

    /// The text in the column of this common field.
    fn common<'c>(&self, name: &str, cells: &[&'c str]) -> &'c str {
        let at = self.columns.iter().position(|column| matches!(column, Column::Common(own) if *own == name));
        at.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim())
    }

    /// Whether a row with these cells fits the table; cells beyond the heading must be empty.
    fn fits(&self, cells: &[&str]) -> bool {
        let beyond = cells.get(self.columns.len()..);
        beyond.is_some_and(|cells| cells.iter().all(|cell| cell.trim().is_empty()))
    }

    /// Whether the cells are a whole row: they fit the heading, have a case reference, and at least two of a known
    /// action, a time and an office. This distinguishes a row from a line inside a quoted cell.
    pub(super) fn is_row(&self, cells: &[&str]) -> bool {
        let common = |name| self.common(name, cells);
        let at = cell::instant(common("at")).is_ok_and(|at| When::parse(&at).is_some());
        let readable = [ActionName::from_word(common("action")).is_some(), at, OfficeCode::new(common("by")).is_some()];
        self.fits(cells)
            && CaseRef::new(common("case")).is_some()
            && readable.into_iter().filter(|readable| *readable).count() >= 2
    }

    /// Rewords a flaw of the action for its row: a time is shown as in its cell, with the formats of a table.
    fn as_written(&self, flaw: Refusal, cells: &[&str]) -> Refusal {
        if flaw.field.as_deref() != Some("at") {
            return flaw;
        }
        if flaw.code == Code::NotAnInstant {
            let is_number = self.common("at", cells).trim().parse::<f64>().is_ok();
            let found = if is_number { "number".to_owned() } else { flaw.found.unwrap_or_default() };
            return Refusal::new(Code::NotATableInstant).field("at").found(found).expected(TABLE_INSTANTS);
        }
        let text = self.common("at", cells);
        let was_read = cell::instant(text).is_ok_and(|read| read != text && flaw.found.as_deref() == Some(&*read));
        if was_read { flaw.found(text) } else { flaw }
    }

    /// The action of a row.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(super) fn action(&self, cells: &[&str]) -> Result<Action, Flaws> {
        if !self.fits(cells) {
            let columns = self.columns.len().to_string();
            return Err(Refusal::new(Code::WrongColumns).found(cells.len().to_string()).expected(columns).into());
        }
        let mut flaws = Flaws::new();
        let name = ActionName::from_word(self.common("action", cells));
        let (mut common, mut own, mut details) = (Fields::with_capacity(12), Fields::new(), Fields::new());
        for ((column, text), nth) in self.columns.iter().zip(cells.iter().copied()).zip(1..) {
            match column {
                _ if text.trim().is_empty() => {}
                Column::Common("at") => match cell::instant(text) {
                    Ok(at) => common.push(("at".into(), Json::Text(at))),
                    Err(flaw) => flaws.push(flaw),
                },
                Column::Common(name) => common.push(((*name).into(), Json::text(text.trim()))),
                Column::Details => match read_details(text) {
                    Ok(fields) => details = fields,
                    Err(flaw) => flaws.push(flaw),
                },
                Column::Own(path) => match name.map(|name| (name, name.field_at(path))) {
                    // Without an action no field can be read; the unknown action is reported.
                    None => {}
                    Some((_, Some(field))) => {
                        let free = insert(&mut own, path, cell::value(field.kind, text));
                        let twice = || Refusal::new(Code::ColumnTwice).field(path).expected(place(nth));
                        flaws.extend((!free).then(twice));
                    }
                    Some((name, None)) => flaws.push(
                        Refusal::new(Code::FieldOfAnotherAction).field(path).found(place(nth)).expected(name.word()),
                    ),
                },
                Column::Spare(meant) => flaws.push(unknown_column(nth, meant.as_deref())),
            }
        }
        if let Some(name) = name {
            join_lists(name, &mut own, &mut flaws);
        }
        for (key, _) in &details {
            if COMMON.iter().any(|field| *field.name == **key) || own.iter().any(|(own, _)| own == key) {
                // The key is that of a column.
                flaws.push(Refusal::new(Code::ColumnTwice).field("details").expected(key.clone().into_owned()));
            }
        }
        // What remains of `details` comes first: an unknown field is reported by its number there.
        details.retain(|(key, _)| !common.iter().chain(&own).any(|(known, _)| known == key));
        details.append(&mut common);
        details.append(&mut own);
        let named = |flaw: &Refusal| flaws.iter().any(|known| known.field.is_some() && known.field == flaw.field);
        match Action::from_json(Json::Object(details)) {
            Ok(action) if flaws.is_empty() => Ok(action),
            Ok(_) => Err(flaws),
            Err(more) => {
                let more: Flaws =
                    more.into_iter().filter(|flaw| !named(flaw)).map(|flaw| self.as_written(flaw, cells)).collect();
                flaws.extend(more);
                Err(flaws)
            }
        }
    }
}

/// The formats of an action's time in a table.
const TABLE_INSTANTS: &str = "DD/MM/YYYY HH:MM, DD/MM/YYYY, YYYY-MM-DDTHH:MM:SS±HH:MM, YYYY-MM-DD";

/// The refusal of a cell in an unknown column.
pub(super) fn unknown_column(nth: usize, meant: Option<&str>) -> Refusal {
    let refusal = Refusal::new(Code::UnknownColumn).found(place(nth));
    match meant {
        Some(meant) => refusal.expected(meant),
        None => refusal,
    }
}

/// A column's place: its number and its letters in a spreadsheet.
fn place(nth: usize) -> String {
    format!("{nth} ({})", letters(nth))
}

/// The letters of the `nth` column, from 1, in a spreadsheet.
pub(super) fn letters(nth: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = nth;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.insert(0, b'A' + letter);
        rest = (rest - 1) / 26;
    }
    String::from_utf8(letters).unwrap_or_default()
}

fn read_details(text: &str) -> Result<Fields<'_>, Refusal> {
    match Json::read(text) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(other) => Err(Refusal::new(Code::WrongType).field("details").found(other.type_name()).expected("object")),
        Err(refusal) => Err(refusal.field("details")),
    }
}

/// Puts a value in its place; false if the place has a value already (`null` included).
fn insert<'a>(fields: &mut Fields<'a>, path: &'a str, value: Json<'a>) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let at = fields.iter().position(|(known, _)| known == name);
    match (at.map(|at| &mut fields[at].1), rest) {
        (None, None) => fields.push((name.into(), value)),
        (None, Some(rest)) => {
            let mut inner = Fields::new();
            insert(&mut inner, rest, value);
            fields.push((name.into(), Json::Object(inner)));
        }
        (Some(Json::Object(inner)), Some(rest)) => return insert(inner, rest, value),
        (Some(_), _) => return false,
    }
    true
}

/// Makes lists from fields with an index: `offences.0.class`, `offences.1.class`. The indices must have no gap.
fn join_lists(name: ActionName, own: &mut Fields<'_>, flaws: &mut Flaws) {
    for (key, value) in own {
        let list = name.field_at(key).is_some_and(|field| matches!(field.kind, FieldKind::Objects(_)));
        if let (true, Json::Object(items)) = (list, &mut *value) {
            let mut items = std::mem::take(items);
            items.sort_by_key(|(index, _)| index.parse::<usize>().unwrap_or(usize::MAX));
            if let Some((_, nth)) = items.iter().zip(0_usize..).find(|((index, _), nth)| *index != nth.to_string()) {
                flaws.push(Refusal::new(Code::MissingField).field(format!("{key}.{nth}")));
            }
            *value = Json::List(items.into_iter().map(|(_, item)| item).collect());
        }
    }
}

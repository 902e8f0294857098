//! `kamnot record` on a terminal: asks for one action, field by field.
//!
//! Invariant: the questions come from the description of the action; only the reader of actions judges an answer; no
//! action is returned before the person has confirmed it.

use std::io::{self, BufRead, Write};

use engine::action::describe::{COMMON, Field, FieldKind, Need};
use engine::action::{Action, ActionName};
use engine::refusal::{Code, Flaws, Refusal};
use engine::rulebook::{Language, Rulebook};
use projections::labels::Label;
use service::files::row;

use super::actions::{mark, meaning, takes, title};
use super::output::Failure;

/// Asks for an action on the terminal.
///
/// # Errors
/// If nothing is to be recorded.
pub(super) fn on_the_terminal(lang: Language) -> Result<Action, Failure> {
    let book = Rulebook::law_05_na_2006();
    let asking = Asking { input: io::stdin().lock(), out: io::stderr(), book: &book, lang, answers: Vec::new() };
    asking.action().map_err(|ended| match ended {
        Ended::Nothing => Failure::Refused(Label::AskNothing.of(lang).to_owned()),
        Ended::Io(error) => Failure::Fault(format!("the terminal cannot be read or written: {error}")),
    })
}

/// The person's answers so far, and the terminal.
struct Asking<'a, I, O> {
    input: I,
    out: O,
    book: &'a Rulebook,
    lang: Language,
    /// The answers: field and text.
    answers: Vec<(String, String)>,
}

/// Why the asking ended without an action.
#[derive(Debug)]
enum Ended {
    /// The person declined, or the input ended.
    Nothing,
    /// The terminal failed.
    Io(io::Error),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<I: BufRead, O: Write> Asking<'_, I, O> {
    /// Asks for an action.
    ///
    /// # Errors
    /// If nothing is to be recorded.
    fn action(mut self) -> Result<Action, Ended> {
        self.say(Label::AskIntroduction)?;
        for field in COMMON.iter().filter(|field| field.name != "id") {
            self.field(field, field.name)?;
        }
        let own = self.answers.len();
        let name = self.answers.iter().find(|(field, _)| field == "action");
        let name = name.and_then(|(_, word)| ActionName::from_word(word)).ok_or(Ended::Nothing)?;
        let heading = title(self.book, name, self.lang);
        writeln!(self.out, "\n{heading}")?;
        loop {
            self.fields(name.fields(), "")?;
            match self.read() {
                Ok(action) => {
                    self.summary()?;
                    return if self.yes(Label::AskRecord)? { Ok(action) } else { Err(Ended::Nothing) };
                }
                Err(flaws) => {
                    self.say_flaws(&flaws)?;
                    self.answers.truncate(own);
                }
            }
        }
    }

    fn fields(&mut self, fields: &[Field], path: &str) -> Result<(), Ended> {
        for field in fields {
            let own = format!("{path}{}", field.name);
            match field.kind {
                FieldKind::Object(inner) => {
                    let whole = field.need != Need::Required && inner.iter().any(|field| field.need == Need::Required);
                    if !whole || self.is_there(field, &own)? {
                        self.fields(inner, &format!("{own}."))?;
                    }
                }
                FieldKind::Objects(inner) => {
                    for nth in 0.. {
                        self.fields(inner, &format!("{own}.{nth}."))?;
                        if !self.yes(Label::AskAnother)? {
                            break;
                        }
                    }
                }
                _ => self.field(field, &own)?,
            }
        }
        Ok(())
    }

    /// Asks whether an optional object is to be filled in.
    fn is_there(&mut self, field: &Field, path: &str) -> Result<bool, Ended> {
        loop {
            let answer = self.prompt(field, path, Label::TakesYes.of(self.lang))?;
            match answer.as_str() {
                "" => return Ok(false),
                "null" if field.null(self.lang).is_some() => {
                    self.answers.push((path.to_owned(), answer));
                    return Ok(false);
                }
                _ => match yes_or_no(&answer) {
                    Some(answer) => return Ok(answer),
                    None => self.explain(field)?,
                },
            }
        }
    }

    /// Asks for one field until the answer is valid or, if the field is optional, empty.
    fn field(&mut self, field: &Field, path: &str) -> Result<(), Ended> {
        loop {
            let mut answer = self.prompt(field, path, &takes(field, self.lang))?;
            if answer.is_empty() {
                if field.need != Need::Required {
                    return Ok(());
                }
                self.say(Label::AskRequired)?;
                continue;
            }
            if answer == "?" {
                self.explain(field)?;
                continue;
            }
            match (field.kind, yes_or_no(&answer)) {
                (FieldKind::Flag, Some(value)) => answer = value.to_string(),
                (FieldKind::Words(_), _) => answer = answer.replace(',', "|"),
                _ => {}
            }
            self.answers.push((path.to_owned(), answer));
            let flaws = self.read().err().unwrap_or_default();
            let own: Flaws = flaws.into_iter().filter(|flaw| is_about(flaw, path)).collect();
            if own.is_empty() {
                return Ok(());
            }
            self.answers.pop();
            self.say_flaws(&own)?;
        }
    }

    /// The answers so far, read as a row of a table.
    fn read(&self) -> Result<Action, Flaws> {
        let cells: Vec<&str> = self.answers.iter().map(|(_, cell)| cell.as_str()).collect();
        row(self.answers.iter().map(|(field, _)| field.as_str()), &cells)
    }

    fn prompt(&mut self, field: &Field, path: &str, takes: &str) -> Result<String, Ended> {
        let meaning = field.meaning(self.lang);
        write!(self.out, "{path}{}  {meaning} ({takes}): ", mark(field))?;
        self.out.flush()?;
        self.line()
    }

    fn line(&mut self) -> Result<String, Ended> {
        let mut line = String::new();
        let limit = u64::try_from(service::files::LONGEST_LINE).unwrap_or(u64::MAX);
        if io::Read::take(&mut self.input, limit).read_line(&mut line)? == 0 {
            writeln!(self.out)?;
            return Err(Ended::Nothing);
        }
        Ok(line.trim().to_owned())
    }

    fn explain(&mut self, field: &Field) -> io::Result<()> {
        if field.words().is_empty() {
            return writeln!(self.out, "  {}", takes(field, self.lang));
        }
        for word in field.words() {
            let meaning = match (ActionName::from_word(word), field.name) {
                (Some(name), "action") => Some(title(self.book, name, self.lang)),
                _ => meaning(self.book, word, self.lang),
            };
            writeln!(self.out, "  {word:<28} {}", meaning.unwrap_or_default())?;
        }
        Ok(())
    }

    fn yes(&mut self, question: Label) -> Result<bool, Ended> {
        loop {
            write!(self.out, "{} ({}): ", question.of(self.lang), Label::TakesYesNo.of(self.lang))?;
            self.out.flush()?;
            if let Some(answer) = yes_or_no(&self.line()?) {
                return Ok(answer);
            }
        }
    }

    fn summary(&mut self) -> io::Result<()> {
        writeln!(self.out)?;
        for (field, text) in &self.answers {
            writeln!(self.out, "  {field:<28} {text}")?;
        }
        Ok(())
    }

    fn say(&mut self, label: Label) -> io::Result<()> {
        writeln!(self.out, "{}", label.of(self.lang))
    }

    fn say_flaws(&mut self, flaws: &[Refusal]) -> io::Result<()> {
        flaws.iter().try_for_each(|flaw| writeln!(self.out, "  {}", flaw.reason(self.lang)))
    }
}

/// Whether a flaw is about the field at `path`, a part of it, or something of which it is the last part.
fn is_about(flaw: &Refusal, path: &str) -> bool {
    let inside = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    flaw.field.as_deref().is_some_and(|field| {
        field == path || inside(field, path) || (flaw.code == Code::MinAboveMax && inside(path, field))
    })
}

fn yes_or_no(answer: &str) -> Option<bool> {
    match answer.to_lowercase().as_str() {
        "yes" | "y" | "true" | "ແມ່ນ" => Some(true),
        "no" | "n" | "false" | "ບໍ່" | "ບໍ່ແມ່ນ" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use engine::json::Json;

    use super::*;

    fn ask(answers: &[&str], lang: Language) -> (Result<Action, Ended>, String) {
        let book = Rulebook::law_05_na_2006();
        let mut out = Vec::new();
        let input = answers.join("\n") + "\n";
        let asking = Asking { input: input.as_bytes(), out: &mut out, book: &book, lang, answers: Vec::new() };
        let asked = asking.action();
        (asked, String::from_utf8(out).expect("UTF-8"))
    }

    const CUSTODY: [&str; 8] = ["A-1", "custody_started", "1/3/2026 9:30", "vte-investigation", "yes", "yes", "", "no"];

    #[test]
    fn an_action_is_asked_field_by_field_and_recorded_on_yes() {
        let (asked, said) = ask(&[&CUSTODY[..], &["yes"]].concat(), Language::En);
        let mut json = String::new();
        let action = asked.expect("an action");
        let mut fields = action.to_json();
        if let Json::Object(fields) = &mut fields {
            fields.retain(|(name, _)| name != "id");
        }
        fields.write(&mut json);
        assert_eq!(
            json,
            r#"{"action":"custody_started","at":"2026-03-01T09:30:00+07:00","by":"vte-investigation","case":"A-1","evidence_firm":true,"necessary":true,"place":{"sexes_separated":false}}"#
        );
        assert!(said.contains("case*  the case's reference") && said.contains("evidence_firm  the evidence is firm"));
        assert!(said.contains("  place.sexes_separated        false"), "{said}");
    }

    #[test]
    fn nothing_comes_of_a_no_or_of_an_end() {
        for answers in [[&CUSTODY[..], &["no"]].concat(), CUSTODY.to_vec(), vec!["A-1"], vec![]] {
            assert!(matches!(ask(&answers, Language::En).0, Err(Ended::Nothing)), "{answers:?}");
        }
    }

    #[test]
    fn a_wrong_answer_is_said_and_asked_again() {
        let answers = ["", "a b", "A-1", "?", "custody", "released", "yesterday", "2026-03-01", "vte-investigation"];
        let own = ["?", "from_custody", "perhaps", "", "", "", "yes"];
        let (asked, said) = ask(&[&answers[..], &own[..]].concat(), Language::En);
        assert_eq!(asked.expect("an action").name, ActionName::Released);
        for words in [
            "this one is required",
            "not a case reference",
            "  remand_ordered               remand ordered",
            "found another text",
            "write 31/12/2025 09:30",
            "  from_custody                 release from custody",
            "found a text, expected true or false",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }

    #[test]
    fn an_order_is_none_given_or_left_out() {
        let common = ["A-1", "remand_ordered", "2026-03-01", "vte-prosecutor"];
        for (own, order) in [
            (&["null", "", "", ""][..], Some(None)),
            (&["", "", "", ""][..], None),
            (&["yes", "prosecutor", "12/VTE", "", "", ""], Some(Some("12/VTE".to_owned()))),
        ] {
            let (asked, said) = ask(&[&common[..], own, &["y"]].concat(), Language::Lo);
            let asked = asked.expect("an action");
            let number = match asked.to_json() {
                Json::Object(pairs) => {
                    pairs.into_iter().find(|(key, _)| key == "order").map(|(_, order)| match order {
                        Json::Object(order) => {
                            order.into_iter().find(|(key, _)| key == "number").map(|(_, number)| number)
                        }
                        _ => None,
                    })
                }
                _ => panic!("{said}"),
            };
            assert_eq!(number, order.map(|order| order.map(Json::text)), "{said}");
            assert!(said.contains("ອອກຄຳສັ່ງກັກຂັງພາງ"), "{said}");
        }
    }

    #[test]
    fn a_case_is_opened_with_as_many_offences_as_there_are() {
        let common = ["A-1", "case_opened", "2026-03-01", "vte-investigation"];
        let offices = ["vte-juvenile-court", "vte-prosecutor", "vte-investigation", ""];
        let child = ["C-1", "null", "15", "f", "", "", ""];
        let offence = ["minor", "12", "3", "12", "2026-02-27", "no"];
        let answers = [&common[..], &offices, &child, &offence, &["yes"], &offence, &["no", "yes"]].concat();
        let (asked, said) = ask(&answers, Language::En);
        assert_eq!(asked.expect(&said).offences().count(), 2);
        assert!(said.contains("`min` is above `max`"), "{said}");
    }
}

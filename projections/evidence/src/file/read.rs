//! Reads an evidence file, within bounds that hold before anything is kept.

use super::json::{Reader, Value};
use super::write::{TITLE, end};
use super::{
    Assessment, Declared, Event, Evidence, Heads, LONGEST, LONGEST_EVENT, LONGEST_LINE, MOST_CHECKPOINTS,
    MOST_DECLARATIONS, MOST_DISCLOSURES, MOST_EVENTS, MOST_HASHES, MOST_KEYS, MOST_RULEBOOKS, OWN_STREAMS, Place,
    Signed, Stream, digest_of, disclosed,
};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::leaf::{DeclarationLeaf, HeadsLeaf, Installation, Leaf};
use crate::map::PrefixProof;
use crate::note::Note;
use crate::strict;

/// Why bytes are no evidence file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It does not begin as one.
    #[error("this is no evidence file of kamnot")]
    NotEvidence,
    /// It is of a later version of the format.
    #[error("the file is of version {0} of the format; this program reads version 1: use a newer program")]
    Newer(String),
    /// It is larger than any evidence file, or one of its lines is.
    #[error("the file is larger than an evidence file can be ({0}); nothing of it was read")]
    TooLarge(&'static str),
    /// Its last line is missing.
    #[error("the file is cut off: its last line, which says how long it is, is missing")]
    CutOff,
    /// Its last line does not fit the rest.
    #[error("the file is damaged: it is not what its last line says; ask for another copy")]
    Damaged,
    /// A line is not what stands there in an evidence file.
    #[error("line {line} is not what an evidence file has there ({expected}): somebody has altered the file")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What was expected.
        expected: &'static str,
    },
}

/// The start of the first line, whatever the version.
const BEGIN: &str = "{\"format\":\"kamnot-evidence/";

/// The evidence that these bytes hold.
pub(super) fn file(bytes: &[u8]) -> Result<Evidence, Unread> {
    if bytes.len() > LONGEST {
        return Err(Unread::TooLarge("64 MiB"));
    }
    version(bytes)?;
    if bytes.split(|byte| *byte == b'\n').any(|line| line.len() > LONGEST_LINE) {
        return Err(Unread::TooLarge("a line of 8 MiB"));
    }
    let body = bytes.strip_suffix(b"\n").ok_or(Unread::CutOff)?;
    let before = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (before, last) = bytes.split_at(before);
    if !last.starts_with(b"{\"end\":") {
        return Err(Unread::CutOff);
    }
    let before = std::str::from_utf8(before).map_err(|_| Unread::Damaged)?;
    if end(before).as_bytes() != last {
        return Err(Unread::Damaged);
    }
    Lines { rest: before, number: 0 }.evidence()
}

fn version(bytes: &[u8]) -> Result<(), Unread> {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line == TITLE.as_bytes() {
        return Ok(());
    }
    let rest = line.strip_prefix(BEGIN.as_bytes()).ok_or(Unread::NotEvidence)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).take(6);
    let digits: String = digits.map(|byte| char::from(*byte)).collect();
    if digits.is_empty() || digits == "1" { Err(Unread::NotEvidence) } else { Err(Unread::Newer(digits)) }
}

/// The lines that are not read yet.
struct Lines<'t> {
    rest: &'t str,
    number: usize,
}

impl<'t> Lines<'t> {
    /// Whether the next line begins so.
    fn is_next(&self, begin: &str) -> bool {
        self.rest.starts_with(begin)
    }

    /// The next line, as `read` reads it, to its end.
    fn next<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&mut Reader<'t>) -> Option<T>,
    ) -> Result<T, Unread> {
        self.number += 1;
        let wrong = Unread::Line { line: self.number, expected };
        let Some((line, rest)) = self.rest.split_once('\n') else { return Err(wrong) };
        self.rest = rest;
        let mut reader = Reader::of(line);
        let read = read(&mut reader).filter(|_| reader.end().is_some());
        read.ok_or(wrong)
    }

    /// All lines that come next and begin so, of which there may be so many.
    fn all<T>(
        &mut self,
        begin: &str,
        most: usize,
        mut next: impl FnMut(&mut Self) -> Result<T, Unread>,
    ) -> Result<Vec<T>, Unread> {
        let mut all = Vec::new();
        while self.is_next(begin) {
            if all.len() == most {
                return Err(Unread::Line { line: self.number + 1, expected: "fewer lines of this kind" });
            }
            all.push(next(self)?);
        }
        Ok(all)
    }

    fn evidence(mut self) -> Result<Evidence, Unread> {
        self.next("the format", |line| line.take(TITLE))?;
        let (installation, case) = self.next("the case", |line| {
            line.take(r#"{"case":{"installation":"#)?;
            let installation = Installation::new(&line.string()?)?;
            line.take(r#","reference":"#)?;
            let case = line.string()?.into_owned();
            line.take("}}")?;
            is_reference(&case).then_some((installation, case))
        })?;
        let keys = self.next("the keys", |line| {
            line.take(r#"{"keys":"#)?;
            let texts = line.list(MOST_KEYS, Reader::string)?;
            line.take("}")?;
            let in_order = !texts.is_empty() && texts.is_sorted_by(|a, b| a < b);
            in_order.then(|| texts.iter().map(|text| text.parse().ok()).collect())?
        })?;
        let checkpoints =
            self.all(r#"{"checkpoint":"#, MOST_CHECKPOINTS, |lines| lines.next("a checkpoint", checkpoint))?;
        let in_order = checkpoints.is_sorted_by(|a, b| a.checkpoint.size < b.checkpoint.size);
        if !in_order || checkpoints.first().is_none_or(|first| !first.consistency.is_empty()) {
            return Err(Unread::Line { line: self.number + 1, expected: "checkpoints in the order of their sizes" });
        }
        let heads = self.next("the heads of the streams", heads)?;
        let declarations =
            self.all(r#"{"declaration":"#, MOST_DECLARATIONS, |lines| lines.next("a declaration", declaration))?;
        if !declarations.is_sorted_by(|a, b| a.index < b.index) {
            return Err(Unread::Line { line: self.number, expected: "declarations in their order" });
        }
        let [rulebook, offices, of_keys] = OWN_STREAMS;
        let streams = [self.stream(rulebook)?, self.stream(offices)?, self.stream(of_keys)?, self.stream(&case)?];
        if streams[3].events.is_empty() {
            return Err(Unread::Line { line: self.number, expected: "events of the case" });
        }
        let rulebooks = self.all(r#"{"rulebook":"#, MOST_RULEBOOKS, |lines| lines.next("a rulebook", rulebook_text))?;
        let digests: Vec<String> = rulebooks.iter().map(|text| digest_of(text)).collect();
        if !digests.is_sorted_by(|a, b| a < b) {
            return Err(Unread::Line { line: self.number, expected: "rulebooks in the order of their digests" });
        }
        let assessment = self.next("the assessment", assessment)?;
        if !self.rest.is_empty() {
            return Err(Unread::Line { line: self.number + 1, expected: "the last line" });
        }
        Ok(Evidence { installation, case, keys, checkpoints, heads, declarations, streams, rulebooks, assessment })
    }

    fn stream(&mut self, name: &str) -> Result<Stream, Unread> {
        let map = self.next("the next stream", |line| {
            line.take(r#"{"stream":{"map":"#)?;
            let map = PrefixProof::from_bytes(&bytes(line)?).ok()?;
            line.take(r#","name":"#)?;
            let is_it = line.string()? == name;
            line.take("}}")?;
            is_it.then_some(map)
        })?;
        let is_own = name.starts_with('.');
        let events = self.all(r#"{"event":"#, MOST_EVENTS, |lines| {
            if lines.rest.split('\n').next().is_some_and(|line| line.len() > LONGEST_EVENT) {
                return Err(Unread::TooLarge("an event of 1 MiB"));
            }
            let read = |line: &mut Reader<'t>| event(line).filter(|event| !is_own || event.disclosures.is_empty());
            lines.next("an event in canonical JSON, with disclosures of what it commits to", read)
        })?;
        // Of the log's own streams all is proved: keys are believed for it.
        let most = if is_own { 0 } else { MOST_CHECKPOINTS + 1 };
        let places = self.all(r#"{"place":"#, most, |lines| lines.next("a place", place))?;
        let in_order = places.is_sorted_by(|a, b| a.version < b.version && a.index < b.index && a.size <= b.size);
        let first = places.first().is_none_or(|first| first.version == 1);
        let last = places.last().map_or(Some(0), |last| usize::try_from(last.version).ok());
        if !(in_order && first && last.is_some_and(|last| last <= events.len())) {
            return Err(Unread::Line { line: self.number, expected: "places in the order of the events" });
        }
        Ok(Stream { name: name.to_owned(), map, events, places })
    }
}

/// No case has a dot in its reference.
fn is_reference(text: &str) -> bool {
    (1..=256).contains(&text.len()) && !text.contains('.') && !text.contains(char::is_control)
}

fn bytes(line: &mut Reader<'_>) -> Option<Vec<u8>> {
    strict::from_base64(&line.string()?)
}

fn hashes(line: &mut Reader<'_>) -> Option<Vec<Hash>> {
    line.list(MOST_HASHES, |line| Hash::from_base64(&line.string()?).ok())
}

fn checkpoint(line: &mut Reader<'_>) -> Option<Signed> {
    line.take(r#"{"checkpoint":{"consistency":"#)?;
    let consistency = hashes(line)?;
    line.take(r#","note":"#)?;
    let note = Note::parse(line.string()?.as_bytes()).ok()?;
    line.take("}}")?;
    let checkpoint = Checkpoint::from_text(note.text()).ok()?;
    Some(Signed { note, checkpoint, consistency })
}

fn leaf(line: &mut Reader<'_>) -> Option<Leaf> {
    Leaf::from_bytes(&bytes(line)?).ok()
}

fn heads(line: &mut Reader<'_>) -> Option<Heads> {
    line.take(r#"{"heads":{"inclusion":"#)?;
    let inclusion = hashes(line)?;
    line.take(r#","leaf":"#)?;
    let Leaf::Heads(leaf @ HeadsLeaf { .. }) = leaf(line)? else { return None };
    line.take("}}")?;
    Some(Heads { leaf, inclusion })
}

fn declaration(line: &mut Reader<'_>) -> Option<Declared> {
    line.take(r#"{"declaration":{"inclusion":"#)?;
    let inclusion = hashes(line)?;
    line.take(r#","index":"#)?;
    let index = line.number()?;
    line.take(r#","leaf":"#)?;
    let Leaf::Declaration(leaf @ DeclarationLeaf { .. }) = leaf(line)? else { return None };
    line.take("}}")?;
    Some(Declared { index, leaf, inclusion })
}

fn event(line: &mut Reader<'_>) -> Option<Event> {
    line.take(r#"{"event":{"disclosures":"#)?;
    let disclosures = line.list(MOST_DISCLOSURES, |line| line.string().map(std::borrow::Cow::into_owned))?;
    line.take(r#","format":"#)?;
    let format = u16::try_from(line.number()?).ok()?;
    line.take(r#","payload":"#)?;
    let (payload, value) = line.value()?;
    line.take("}}")?;
    let recorded_at = super::instant(value.text("recorded_at")?)?;
    let opens = matches!(value, Value::Object(_)) && disclosed::opens(&value, &disclosures);
    opens.then(|| Event { format, recorded_at, payload: payload.to_owned(), disclosures })
}

fn place(line: &mut Reader<'_>) -> Option<Place> {
    line.take(r#"{"place":{"inclusion":"#)?;
    let inclusion = hashes(line)?;
    line.take(r#","index":"#)?;
    let index = line.number()?;
    line.take(r#","size":"#)?;
    let size = line.number()?;
    line.take(r#","version":"#)?;
    let version = u32::try_from(line.number()?).ok()?;
    line.take("}}")?;
    Some(Place { version, index, size, inclusion })
}

fn rulebook_text(line: &mut Reader<'_>) -> Option<String> {
    line.take(r#"{"rulebook":{"text":"#)?;
    let text = line.string()?.into_owned();
    line.take("}}").map(|()| text)
}

fn assessment(line: &mut Reader<'_>) -> Option<Assessment> {
    line.take(r#"{"assessment":{"at":"#)?;
    let at = line.number()?;
    line.take(r#","engine":"#)?;
    let engine = u32::try_from(line.number()?).ok()?;
    line.take(r#","result":"#)?;
    let (result, value) = line.value()?;
    line.take(r#","rulebook":"#)?;
    let rulebook = line.string()?.into_owned();
    line.take("}}")?;
    let is_digest = rulebook.strip_prefix("sha256:").is_some_and(|digits| digits.parse::<Hash>().is_ok());
    let fits = is_digest && matches!(value, Value::Object(_));
    fits.then(|| Assessment { at, engine, result: result.to_owned(), rulebook })
}

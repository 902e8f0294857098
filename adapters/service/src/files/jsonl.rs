//! JSON Lines: one action per line, parsed on all cores.

use std::num::NonZero;
use std::thread;

use engine::action::Action;
use engine::json::Json;
use engine::refusal::{Code, Flaws, Refusal};

use super::{LONGEST_LINE, Lines, too_long};

/// The key by which an export marks an action of a sealed case.
pub const SEALED: &str = "sealed";

/// A piece smaller than this is not worth a thread.
const SMALLEST_PIECE: usize = 1 << 18;

/// The lines in order, in pieces, without blank ones.
pub(super) fn lines(bytes: &[u8], read: fn(&[u8]) -> Result<Action, Flaws>) -> Vec<Lines> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(bytes.len() / SMALLEST_PIECE + 1);
    let mut rest = bytes;
    let mut pieces = Vec::with_capacity(threads);
    for left in (1..=threads).rev() {
        let (piece, behind) = rest.split_at(end_of_line(rest, rest.len() / left));
        pieces.push(piece);
        rest = behind;
    }
    let parsed: Vec<(usize, Lines)> = thread::scope(|scope| {
        let (first, others) = pieces.split_first().map_or((&[][..], &[][..]), |(first, others)| (*first, others));
        let others: Vec<_> = others.iter().map(|piece| scope.spawn(|| parse(piece, read))).collect();
        let mut parsed = vec![parse(first, read)];
        for other in others {
            parsed.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        parsed
    });
    let mut before = 0;
    parsed
        .into_iter()
        .map(|(count, mut lines)| {
            let actions = lines.actions.iter_mut().map(|(line, _)| line);
            for line in actions.chain(lines.refused.iter_mut().map(|refused| &mut refused.line)) {
                *line += before;
            }
            before += count;
            lines
        })
        .collect()
}

/// The end of the line that contains `from`, after its line break.
fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at + 1)
}

/// The lines of one piece, numbered from 1, and how many there are, blank ones included.
fn parse(piece: &[u8], read: fn(&[u8]) -> Result<Action, Flaws>) -> (usize, Lines) {
    let mut lines = Lines { actions: Vec::with_capacity(piece.len() / 256), ..Lines::default() };
    let mut count = 0;
    for line in piece.split_inclusive(|byte| *byte == b'\n') {
        count += 1;
        let line = line.trim_ascii();
        if !line.is_empty() {
            lines.add(count, read(line));
        }
    }
    (count, lines)
}

/// The action of one line, or of an object over several.
pub(super) fn action(line: &[u8]) -> Result<Action, Flaws> {
    read(line, Action::read)
}

/// The action in a line of an export, which also has when and by whom it was recorded.
pub(super) fn exported(line: &[u8]) -> Result<Action, Flaws> {
    read(line, |text| {
        let mut json = Json::read(text)?;
        if let Json::Object(pairs) = &mut json
            && let Some(at) = pairs.iter().position(|(key, value)| key == "action" && matches!(value, Json::Object(_)))
        {
            if pairs.iter().any(|(key, _)| key == SEALED) {
                return Err(Refusal::new(Code::OfSealedCase).into());
            }
            return Action::from_json(pairs.swap_remove(at).1);
        }
        // A line that somebody added by hand.
        Action::from_json(json)
    })
}

fn read(line: &[u8], read: impl Fn(&str) -> Result<Action, Flaws>) -> Result<Action, Flaws> {
    if line.len() > LONGEST_LINE {
        return Err(too_long(line.len()).into());
    }
    let text = std::str::from_utf8(line)
        .map_err(|error| Refusal::new(Code::NotUtf8).found(format!("from byte {}", error.valid_up_to() + 1)))?;
    match text.find('\0') {
        Some(at) => Err(nul(text, at, read).into()),
        None => read(text),
    }
}

/// The refusal of a line with a NUL character, of which this byte is the first. If it is in a field's text, the field is
/// the one of the same line with that character escaped, as JSON requires, and no other.
fn nul(text: &str, at: usize, read: impl Fn(&str) -> Result<Action, Flaws>) -> Refusal {
    let refusal = Refusal::new(Code::NulCharacter).found(format!("at column {}", at + 1));
    let escaped = format!("{}\\u0000{}", &text[..at], text[at + 1..].replace('\0', " "));
    let flaws = read(&escaped).err().unwrap_or_default();
    match flaws.into_iter().find(|flaw| flaw.code == Code::NulCharacter).and_then(|flaw| flaw.field) {
        Some(field) => refusal.field(field),
        None => refusal,
    }
}

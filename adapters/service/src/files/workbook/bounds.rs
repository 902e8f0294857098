//! Checks the unpacked size of a workbook before any of it is kept.
//!
//! The directory of a zip file may lie about the sizes of its parts. So every part is unpacked once, counted and
//! discarded; unpacking the same bytes again gives the same result. What the reader of the sheet trusts is checked too:
//! the declared number of texts, and the names of cells, whose numbers it computes without a bound.

mod names;

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::FileFlaw;
use crate::files::flaw::Part;
use names::Names;

/// The largest file that is accepted, in bytes.
pub(in super::super) const MOST_PACKED: usize = 10_000_000;
/// The largest unpacked size of all its parts, in bytes.
const MOST_UNPACKED: usize = 200_000_000;
/// The largest unpacked size of a part that is kept whole while the sheet is read, other than the texts.
const MOST_OF_A_LIST: usize = 16_000_000;
/// The maximum number of different texts in a workbook.
const MOST_TEXTS: usize = 2_000_000;

/// Counts the unpacked sizes of the parts.
///
/// # Errors
/// If they exceed a limit, or the file is not a workbook: what was found and what to do.
pub(super) fn check(bytes: &[u8]) -> Result<(), FileFlaw> {
    if bytes.len() > MOST_PACKED {
        return Err(FileFlaw::TooLarge(Part::File, MOST_PACKED));
    }
    let damaged = |_| FileFlaw::Damaged;
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if let Some(flaw) = another_form(&zip) {
        return Err(flaw);
    }
    if zip.decompressed_size().is_some_and(|size| size > MOST_UNPACKED as u128) {
        return Err(FileFlaw::TooLarge(Part::Unpacked, MOST_UNPACKED));
    }
    let mut left = MOST_UNPACKED;
    for nth in 0..zip.len() {
        let mut part = zip.by_index(nth).map_err(|_| FileFlaw::Damaged)?;
        let name = part.name().to_ascii_lowercase();
        let used = if name.ends_with("sharedstrings.xml") {
            check_texts(&mut part, left)?
        } else {
            let kept = ["styles.xml", "workbook.xml", ".rels"].iter().any(|end| name.ends_with(end));
            count(&mut part, if kept { left.min(MOST_OF_A_LIST) } else { left })?
        };
        left -= used;
    }
    Ok(())
}

/// Which other format it has, if it is not a workbook.
fn another_form(zip: &ZipArchive<Cursor<&[u8]>>) -> Option<FileFlaw> {
    let holds = |name: &str| zip.index_for_name(name).is_some();
    if holds("xl/workbook.bin") {
        Some(FileFlaw::AnotherForm(".xlsb"))
    } else if holds("content.xml") && holds("mimetype") {
        Some(FileFlaw::AnotherForm(".ods"))
    } else if holds("word/document.xml") {
        Some(FileFlaw::AnotherForm(".docx"))
    } else {
        (!holds("[Content_Types].xml")).then_some(FileFlaw::ZipArchive)
    }
}

/// Unpacks a part and discards it; returns its size, which is at most `most`.
fn count(part: &mut ZipFile<'_, Cursor<&[u8]>>, most: usize) -> Result<usize, FileFlaw> {
    let mut buffer = [0; 1 << 14];
    let (mut size, mut names) = (0, Names::default());
    loop {
        let read = part.read(&mut buffer).map_err(|_| FileFlaw::Damaged)?;
        size += read;
        if size > most {
            let most = if most == MOST_OF_A_LIST { most } else { MOST_UNPACKED };
            return Err(FileFlaw::TooLarge(Part::Unpacked, most));
        }
        if !names.are_of_cells(&buffer[..read]) {
            return Err(FileFlaw::Damaged);
        }
        if read == 0 {
            return Ok(size);
        }
    }
}

/// Unpacks the part with the texts of all cells. The declared and the actual number of texts are limited, since each
/// text is kept.
fn check_texts(part: &mut ZipFile<'_, Cursor<&[u8]>>, most: usize) -> Result<usize, FileFlaw> {
    let mut texts = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    part.take(limit + 1).read_to_end(&mut texts).map_err(|_| FileFlaw::Damaged)?;
    if texts.len() > most {
        return Err(FileFlaw::TooLarge(Part::Unpacked, MOST_UNPACKED));
    }
    // XML has no other control characters; UTF-16, which Excel does not write, would have more.
    if texts.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')) {
        return Err(FileFlaw::Damaged);
    }
    let held = texts.windows(3).filter(|three| matches!(three, [b'<' | b':', b's', b'i'])).count();
    if held > MOST_TEXTS || !announced(&texts).all(|count| count.is_some_and(|count| count <= MOST_TEXTS)) {
        return Err(FileFlaw::ManyTexts(MOST_TEXTS));
    }
    Ok(texts.len())
}

/// The number of texts that the part declares, wherever it does; `None` if that is not a number.
fn announced(texts: &[u8]) -> impl Iterator<Item = Option<usize>> {
    const NAME: &[u8] = b"uniqueCount";
    texts.windows(NAME.len()).enumerate().filter(|(_, word)| *word == NAME).map(|(at, _)| {
        let rest = texts[at + NAME.len()..].strip_prefix(b"=")?;
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'"))?;
        let digits = rest.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
    })
}

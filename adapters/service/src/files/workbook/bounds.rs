//! What a workbook takes once it is unpacked, counted before anything of it is kept.
//!
//! A zip's directory may lie about the sizes of its parts: so every part is unpacked once into nothing and counted. The
//! same bytes, unpacked again by the same code, give the same. What the reader of the sheet takes on trust is looked at
//! too: how many texts are announced, and the names of cells, whose numbers it reckons without a bound.

mod names;

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::FileFlaw;
use crate::files::flaw::Part;
use names::Names;

/// The largest file that is looked at, in bytes.
pub(in super::super) const MOST_PACKED: usize = 10_000_000;
/// The most that all its parts may take, unpacked, in bytes.
const MOST_UNPACKED: usize = 200_000_000;
/// The most that a part may take that is kept whole while the sheet is read, other than the texts.
const MOST_OF_A_LIST: usize = 16_000_000;
/// The most different texts that a workbook may hold.
const MOST_TEXTS: usize = 2_000_000;

/// Counts the parts.
///
/// # Errors
/// When they are too many, or no workbook: what was found and what to do.
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

/// Which other form it has, if it is no workbook.
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

/// Unpacks a part into nothing; its size, which is `most` at most.
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

/// Unpacks the part that holds the texts of all cells: how many it announces and has is bounded, since each is kept.
fn check_texts(part: &mut ZipFile<'_, Cursor<&[u8]>>, most: usize) -> Result<usize, FileFlaw> {
    let mut texts = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    part.take(limit + 1).read_to_end(&mut texts).map_err(|_| FileFlaw::Damaged)?;
    if texts.len() > most {
        return Err(FileFlaw::TooLarge(Part::Unpacked, MOST_UNPACKED));
    }
    // XML has no control characters but these; in UTF-16, which Excel doesn't write, there would be more.
    if texts.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')) {
        return Err(FileFlaw::Damaged);
    }
    let held = texts.windows(3).filter(|three| matches!(three, [b'<' | b':', b's', b'i'])).count();
    if held > MOST_TEXTS || !announced(&texts).all(|count| count.is_some_and(|count| count <= MOST_TEXTS)) {
        return Err(FileFlaw::ManyTexts(MOST_TEXTS));
    }
    Ok(texts.len())
}

/// How many texts the part says that it has, wherever it says so; none where that is no number.
fn announced(texts: &[u8]) -> impl Iterator<Item = Option<usize>> {
    const NAME: &[u8] = b"uniqueCount";
    texts.windows(NAME.len()).enumerate().filter(|(_, word)| *word == NAME).map(|(at, _)| {
        let rest = texts[at + NAME.len()..].strip_prefix(b"=")?;
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'"))?;
        let digits = rest.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
    })
}

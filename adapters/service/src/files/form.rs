//! The format of a file, recognised from its content, and from its name only if the content does not tell.

use std::path::Path;

use super::{FileFlaw, csv, workbook};

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object a line.
    JsonLines,
    /// The output of `kamnot export`: one JSON object a line, the action and when and by whom it was recorded.
    Exported,
    /// A table separated by commas, semicolons or tabs.
    Csv,
    /// A workbook of Excel, `.xlsx`.
    Workbook,
}

/// The first bytes of an export.
const EXPORTED: &[u8] = b"{\"action\":{";

/// The first bytes of a Microsoft compound file: an old workbook, or a new one that is encrypted.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The first bytes of an SQLite database.
const DATABASE: &[u8] = b"SQLite format 3\0";

impl Form {
    /// The format of a file with this content and name.
    ///
    /// # Errors
    /// If the format is not supported: what was found and what to do.
    pub fn of(bytes: &[u8], path: &Path) -> Result<Self, FileFlaw> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let first = text.trim_ascii_start().first();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let named = |names: &[&str]| names.iter().any(|name| extension.eq_ignore_ascii_case(name));
        if bytes.starts_with(b"PK\x03\x04") {
            Ok(Self::Workbook)
        } else if bytes.starts_with(COMPOUND) {
            Err(compound(bytes))
        } else if bytes.starts_with(DATABASE) {
            Err(FileFlaw::Log)
        } else if first == Some(&b'<') {
            Err(FileFlaw::WebPage)
        } else if text.trim_ascii_start().starts_with(EXPORTED) {
            Ok(Self::Exported)
        } else if first == Some(&b'{') {
            Ok(Self::JsonLines)
        } else if csv::has_heading(text) || named(&["csv", "tsv", "txt"]) {
            Ok(Self::Csv)
        } else if named(&["xlsx", "xlsm", "xls", "ods"]) {
            Err(FileFlaw::NoWorkbook(extension.to_owned()))
        } else {
            Ok(Self::JsonLines)
        }
    }
}

fn compound(bytes: &[u8]) -> FileFlaw {
    let package: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let looked_at = &bytes[..bytes.len().min(workbook::MOST_PACKED)];
    if looked_at.windows(package.len()).any(|part| part == package) {
        FileFlaw::Locked
    } else {
        FileFlaw::AnotherForm(".xls")
    }
}

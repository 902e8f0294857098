//! Workbooks as no spreadsheet would save them.

use std::io::{Cursor, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};

/// The part of a workbook that a test gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The only sheet.
    Sheet,
    /// The texts of all cells.
    Texts,
}

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook of one sheet with this part in it.
pub fn workbook(part: Part, content: &[u8]) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let (package, book) =
        (relation("a", "officeDocument", "xl/workbook.xml"), relation("b", "worksheet", "worksheets/sheet1.xml"));
    let sheets = "<workbook><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"b\"/></sheets></workbook>";
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", package.as_bytes()),
        ("xl/workbook.xml", sheets.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book.as_bytes()),
    ];
    match part {
        Part::Sheet => parts.push(("xl/worksheets/sheet1.xml", content)),
        Part::Texts => parts.extend([
            ("xl/worksheets/sheet1.xml", &b"<worksheet><sheetData></sheetData></worksheet>"[..]),
            ("xl/sharedStrings.xml", content),
        ]),
    }
    zip(&parts)
}

/// A zip archive with these parts.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default().compression_level(Some(1))).expect("a new part");
        archive.write_all(content).expect("memory takes it");
    }
    archive.finish().expect("memory takes it").into_inner()
}

/// The archive, with a directory that says of each part that unpacks to `size` bytes that it unpacks to ten.
pub fn zip_that_lies(archive: &[u8], size: u32) -> Vec<u8> {
    let mut lying = archive.to_vec();
    let truth = size.to_le_bytes();
    let places: Vec<usize> = (0..lying.len() - 4).filter(|at| lying[*at..*at + 4] == truth).collect();
    assert_eq!(places.len(), 2, "once before the part and once in the directory");
    for at in places {
        lying[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    lying
}

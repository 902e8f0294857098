//! Why a file cannot be read at all, as a value with its sentences in English and Lao.
//!
//! Invariant: no sentence quotes a cell of the file. The Lao is ours; no Lao speaker has reviewed it.

use std::fmt;

use engine::rulebook::Language;

/// Why no line of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFlaw {
    /// It is UTF-16.
    Utf16,
    /// It is XML or a web page.
    WebPage,
    /// It has the file extension of a workbook but is none.
    NoWorkbook(String),
    /// It is a workbook that is locked with a password.
    Locked,
    /// It has an unsupported format, such as `.xls`.
    AnotherForm(&'static str),
    /// It is a log of this program, or another SQLite database.
    Log,
    /// It is a zip archive but not a workbook.
    ZipArchive,
    /// The workbook is damaged, or not as Excel saves it.
    Damaged,
    /// The workbook has no sheet of cells.
    NoSheet,
    /// The first sheet is empty.
    EmptySheet,
    /// A part exceeds this limit, in bytes.
    TooLarge(Part, usize),
    /// It has more columns than this limit.
    ManyColumns(usize),
    /// It has more rows than this limit.
    ManyRows(usize),
    /// It has more different texts than this limit.
    ManyTexts(usize),
    /// Required columns are missing; the line of the heading.
    MissingColumns(usize, Vec<&'static str>),
    /// Two columns have the same heading; the line of the heading, and their places.
    SameHeading(usize, String, String),
}

/// Which part of a file is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The file as it is.
    File,
    /// The workbook, unpacked.
    Unpacked,
    /// The text of its cells.
    Cells,
}

impl FileFlaw {
    /// What was found and what to do.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::En => self.in_english(),
            Language::Lo => self.in_lao(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::Utf16 => "found UTF-16 text, expected UTF-8; save the file again as UTF-8".to_owned(),
            Self::WebPage => {
                "found a web page or another XML file; save the table as .xlsx, or as CSV UTF-8".to_owned()
            }
            Self::NoWorkbook(extension) => {
                format!("not a workbook, although its name ends in .{extension}; save the table again as .xlsx")
            }
            Self::Locked => {
                "the workbook is locked with a password; remove the password in Excel and save it again".to_owned()
            }
            Self::AnotherForm(form) => {
                format!("found a {form} file, which is not supported; save it as .xlsx in Excel, or as CSV UTF-8")
            }
            Self::Log => "found a database such as a log of kamnot, expected a file of actions; a log is named with \
                          --db, and `kamnot export` writes its actions to a file"
                .to_owned(),
            Self::ZipArchive => {
                "found a zip archive, not a workbook; save the table as .xlsx, or as CSV UTF-8".to_owned()
            }
            Self::Damaged => {
                "the workbook is damaged, or was not saved by Excel; open it in Excel and save it again as .xlsx, or \
                 save the sheet as CSV UTF-8"
                    .to_owned()
            }
            Self::NoSheet => "the workbook has no sheet of cells".to_owned(),
            Self::EmptySheet => "the first sheet is empty; the table must be in the first sheet".to_owned(),
            Self::TooLarge(part, most) => format!(
                "{} exceeds {} MB; split the table into several workbooks, or save it as CSV UTF-8",
                match part {
                    Part::File => "the file",
                    Part::Unpacked => "the unpacked workbook",
                    Part::Cells => "the text of its cells",
                },
                most / 1_000_000
            ),
            Self::ManyColumns(most) => format!("the table has more than {most} columns"),
            Self::ManyRows(most) => {
                format!("the sheet has more than {most} rows; split it into several workbooks, or save it as CSV UTF-8")
            }
            Self::ManyTexts(most) => {
                format!("the workbook has, or claims, more than {most} different texts; save the sheet as CSV UTF-8")
            }
            Self::MissingColumns(line, missing) => format!(
                "line {line}: the table has no column {}; expected the heading case,id,action,at,by,details, or one \
                 column for each field in place of details, separated by commas, semicolons or tabs (`kamnot template \
                 ACTION` prints one)",
                missing.join(", ")
            ),
            Self::SameHeading(line, first, second) => {
                format!("line {line}: columns {first} and {second} have the same heading")
            }
        }
    }

    fn in_lao(&self) -> String {
        match self {
            Self::Utf16 => "ພົບຂໍ້ຄວາມ UTF-16, ຕ້ອງເປັນ UTF-8; ໃຫ້ບັນທຶກໄຟລ໌ໃໝ່ເປັນ UTF-8".to_owned(),
            Self::WebPage => "ພົບໜ້າເວັບ ຫລື ໄຟລ໌ XML ອື່ນ; ໃຫ້ບັນທຶກຕາຕະລາງເປັນ .xlsx ຫລື CSV UTF-8".to_owned(),
            Self::NoWorkbook(extension) => {
                format!("ໄຟລ໌ບໍ່ແມ່ນຕາຕະລາງ Excel ເຖິງວ່າຊື່ລົງທ້າຍດ້ວຍ .{extension}; ໃຫ້ບັນທຶກຕາຕະລາງໃໝ່ເປັນ .xlsx")
            }
            Self::Locked => "ໄຟລ໌ Excel ຖືກລັອກດ້ວຍລະຫັດຜ່ານ; ໃຫ້ເອົາລະຫັດຜ່ານອອກໃນ Excel ແລະ ບັນທຶກໃໝ່".to_owned(),
            Self::AnotherForm(form) => {
                format!("ພົບໄຟລ໌ {form} ເຊິ່ງອ່ານບໍ່ໄດ້; ໃຫ້ບັນທຶກໃນ Excel ເປັນ .xlsx ຫລື ບັນທຶກແຜ່ນງານເປັນ CSV UTF-8")
            }
            Self::Log => "ພົບຖານຂໍ້ມູນ ເຊັ່ນ ບັນທຶກຂອງ kamnot, ຕ້ອງເປັນໄຟລ໌ຂອງການກະທຳ; ໃຊ້ --db ເພື່ອບອກບັນທຶກ, ແລະ `kamnot export` \
                ຂຽນການກະທຳອອກເປັນໄຟລ໌"
                .to_owned(),
            Self::ZipArchive => "ພົບໄຟລ໌ zip ທີ່ບໍ່ແມ່ນຕາຕະລາງ Excel; ໃຫ້ບັນທຶກຕາຕະລາງເປັນ .xlsx ຫລື CSV UTF-8".to_owned(),
            Self::Damaged => "ໄຟລ໌ Excel ເສຍຫາຍ ຫລື ບໍ່ແມ່ນແບບທີ່ Excel ບັນທຶກ; ໃຫ້ເປີດໃນ Excel ແລະ ບັນທຶກໃໝ່ເປັນ .xlsx \
                ຫລື ບັນທຶກແຜ່ນງານເປັນ CSV UTF-8"
                .to_owned(),
            Self::NoSheet => "ໄຟລ໌ Excel ບໍ່ມີແຜ່ນງານ".to_owned(),
            Self::EmptySheet => "ແຜ່ນງານທຳອິດຫວ່າງເປົ່າ; ຕາຕະລາງຕ້ອງຢູ່ໃນແຜ່ນງານທຳອິດ".to_owned(),
            Self::TooLarge(part, most) => format!(
                "{}ມີຂະໜາດເກີນ {} MB ເຊິ່ງເປັນຂະໜາດໃຫຍ່ສຸດທີ່ອ່ານໄດ້; ໃຫ້ແບ່ງຕາຕະລາງເປັນຫລາຍໄຟລ໌ ຫລື ບັນທຶກເປັນ CSV UTF-8",
                match part {
                    Part::File => "ໄຟລ໌",
                    Part::Unpacked => "ໄຟລ໌ Excel ເມື່ອຂະຫຍາຍແລ້ວ ",
                    Part::Cells => "ຂໍ້ຄວາມໃນຫ້ອງທັງໝົດ ",
                },
                most / 1_000_000
            ),
            Self::ManyColumns(most) => format!("ຕາຕະລາງມີຫລາຍກວ່າ {most} ຖັນ"),
            Self::ManyRows(most) => {
                format!("ແຜ່ນງານມີຫລາຍກວ່າ {most} ແຖວ; ໃຫ້ແບ່ງເປັນຫລາຍໄຟລ໌ ຫລື ບັນທຶກເປັນ CSV UTF-8")
            }
            Self::ManyTexts(most) => {
                format!("ໄຟລ໌ Excel ມີຂໍ້ຄວາມທີ່ແຕກຕ່າງກັນຫລາຍກວ່າ {most}; ໃຫ້ບັນທຶກແຜ່ນງານເປັນ CSV UTF-8")
            }
            Self::MissingColumns(line, missing) => format!(
                "ແຖວ {line}: ຕາຕະລາງບໍ່ມີຖັນ {}; ຫົວຖັນຕ້ອງເປັນ case,id,action,at,by,details ຫລື ມີຖັນຂອງແຕ່ລະຊ່ອງແທນ \
                 details, ແຍກດ້ວຍຈຸດ (,) ຈ້ຳຈຸດ (;) ຫລື ແທັບ (ຄຳສັ່ງ `kamnot template ACTION` ພິມແບບໃຫ້)",
                missing.join(", ")
            ),
            Self::SameHeading(line, first, second) => format!("ແຖວ {line}: ຖັນ {first} ແລະ {second} ມີຫົວຖັນດຽວກັນ"),
        }
    }
}

impl fmt::Display for FileFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_english())
    }
}

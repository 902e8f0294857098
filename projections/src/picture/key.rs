//! The key to the picture: each sign, and what it means.

use engine::rulebook::Language;

/// A sign of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Deprived of liberty.
    Held,
    /// A limit, solid to the earliest end and hatched to the latest.
    Limit,
    /// What is over.
    Over,
    /// A certain breach.
    Certain,
    /// An arguable breach.
    Arguable,
    /// An extension.
    Extension,
    /// The cap.
    Cap,
}

impl Sign {
    /// All signs, in the order of the key.
    pub const ALL: [Self; 7] =
        [Self::Held, Self::Limit, Self::Over, Self::Certain, Self::Arguable, Self::Extension, Self::Cap];

    /// What the sign means.
    pub const fn words(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Held, Language::En) => "deprived of liberty",
            (Self::Held, Language::Lo) => "ຖືກຕັດອິດສະລະພາບ",
            (Self::Limit, Language::En) => "a limit: solid to the protective end, hatched to the lenient end",
            (Self::Limit, Language::Lo) => "ກຳນົດເວລາ: ທຶບຮອດການສິ້ນສຸດແບບປົກປ້ອງເດັກ, ເສັ້ນຂວາງຮອດແບບຜ່ອນຜັນ",
            (Self::Over, Language::En) => "time over: arguable, then certain",
            (Self::Over, Language::Lo) => "ເວລາທີ່ເກີນ: ອາດເກີນ, ຈາກນັ້ນແນ່ນອນ",
            (Self::Certain, Language::En) => "over or not met, both readings",
            (Self::Certain, Language::Lo) => "ເກີນ ຫຼື ບໍ່ຄົບຖ້ວນ, ທັງສອງແບບ",
            (Self::Arguable, Language::En) => "arguable, protective reading alone",
            (Self::Arguable, Language::Lo) => "ອາດໂຕ້ແຍ້ງໄດ້, ສະເພາະແບບປົກປ້ອງເດັກ",
            (Self::Extension, Language::En) => "extension ordered",
            (Self::Extension, Language::Lo) => "ອອກຄຳສັ່ງຕໍ່",
            (Self::Cap, Language::En) => "longest remand: the cap",
            (Self::Cap, Language::Lo) => "ສູງສຸດ",
        }
    }

    /// The sign as an SVG of 28 by 16 that says nothing to a screen reader. `prefix`: that of the picture on the same page,
    /// whose hatching it uses.
    pub fn svg(self, prefix: &str) -> String {
        let hatched;
        let shapes = match self {
            Self::Held => r#"<rect x="0" y="2" width="28" height="12" class="lib"/>"#,
            Self::Limit => {
                hatched = format!(
                    concat!(
                        r#"<rect x="1" y="2" width="17" height="12" class="bar"/>"#,
                        r##"<rect x="18" y="2" width="9" height="12" fill="url(#{}h)"/>"##,
                        r#"<rect x="18" y="2" width="9" height="12" class="bar" fill-opacity="0"/>"#
                    ),
                    prefix
                );
                &hatched
            }
            Self::Over => concat!(
                r#"<rect x="1" y="5" width="12" height="6" class="overa"/>"#,
                r#"<rect x="14" y="4" width="14" height="8" class="over"/>"#
            ),
            Self::Certain => r#"<path d="M14 0l8 8l-8 8l-8 -8z" class="sure"/>"#,
            Self::Arguable => r#"<path d="M14 2l6 6l-6 6l-6 -6z" class="arg"/>"#,
            Self::Extension => r#"<path d="M14 13l-5 -8h10z" class="evt"/>"#,
            Self::Cap => r#"<path d="M14 0V16M10 0H18M10 16H18" class="cap"/>"#,
        };
        format!(r#"<svg viewBox="0 0 28 16" aria-hidden="true" focusable="false">{shapes}</svg>"#)
    }
}

//! How wide a text comes out: the widths of the letters of the pages' font, Noto Sans Lao Looped 5.
//!
//! Kerning and other fonts make it a little narrower or wider; what stands beside a text leaves room for that.

use super::canvas::Tenths;

/// How a text looks. The classes are those of the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Strong,
    Quiet,
    /// White on what is dark.
    OnDark,
    /// On a bar, without a halo.
    OnBar,
}

impl Look {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "tb",
            Self::Quiet => "tq",
            Self::OnDark => "tw",
            Self::OnBar => "bare",
        }
    }

    /// The size of the type, in units.
    const fn size(self) -> Tenths {
        if matches!(self, Self::Quiet) { 13 } else { 14 }
    }

    const fn is_bold(self) -> bool {
        matches!(self, Self::Strong | Self::OnDark)
    }
}

/// The width of a text.
pub(super) fn text_width(text: &str, look: Look) -> Tenths {
    let hundredths: Tenths = text.chars().map(|letter| letter_width(letter, look.is_bold())).sum();
    (hundredths * look.size() + 9) / 10
}

/// The text, cut so that it is not wider than this.
pub(super) fn cut(text: &str, look: Look, most: Tenths) -> String {
    if text_width(text, look) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        let longer = format!("{kept}{letter}");
        if text_width(&longer, look) + text_width("…", look) > most {
            break;
        }
        kept = longer;
    }
    format!("{}…", kept.trim_end())
}

/// The width of a letter, in hundredths of the size of the type.
fn letter_width(letter: char, bold: bool) -> Tenths {
    let (latin, lao) = if bold { (&LATIN_BOLD, &LAO_BOLD) } else { (&LATIN, &LAO) };
    let at = |table: &[u8], first: char| table.get(letter as usize - first as usize).map(|width| Tenths::from(*width));
    match letter {
        ' '..='~' => at(latin, ' '),
        '\u{a0}' => Some(Tenths::from(latin[0])),
        '\u{e80}'..='\u{edf}' => at(lao, '\u{e80}'),
        '–' | '’' | '“' | '”' => Some(50),
        _ => None,
    }
    .unwrap_or(UNKNOWN)
}

/// Letters of other scripts: wider than nearly all of them.
const UNKNOWN: Tenths = 110;

/// U+0020 to U+007E, regular, in hundredths of the size of the type.
#[rustfmt::skip]
const LATIN: [u8; 95] = [
    26, 27, 41, 65, 58, 84, 74, 23, 30, 30, 56, 58, 27, 33, 27, 38, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 27, 27,
    58, 58, 58, 44, 90, 64, 65, 64, 73, 56, 52, 73, 75, 34, 28, 62, 53, 91, 76, 79, 61, 79, 63, 55, 56, 74, 60, 93,
    59, 57, 58, 33, 38, 33, 58, 45, 29, 57, 62, 48, 62, 57, 35, 62, 62, 26, 26, 54, 26, 94, 62, 61, 62, 62, 42, 48,
    37, 62, 51, 79, 53, 51, 47, 38, 56, 38, 58,
];

/// The same, bold.
#[rustfmt::skip]
const LATIN_BOLD: [u8; 95] = [
    25, 29, 48, 66, 58, 91, 78, 27, 34, 34, 55, 59, 30, 32, 29, 42, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 29, 29,
    59, 59, 59, 48, 90, 70, 67, 65, 74, 56, 54, 74, 76, 41, 33, 66, 56, 95, 81, 80, 63, 80, 66, 57, 58, 75, 66, 100,
    67, 63, 60, 33, 42, 33, 55, 48, 37, 60, 64, 52, 64, 60, 39, 64, 65, 30, 30, 61, 30, 98, 65, 63, 64, 64, 45, 51,
    43, 65, 58, 87, 60, 58, 50, 42, 53, 42, 59,
];

/// U+0E80 to U+0EDF, regular. The marks above and below a letter take no room.
#[rustfmt::skip]
const LAO: [u8; 96] = [
    110, 73, 63, 110, 67, 110, 96, 55, 60, 65, 63, 110, 65, 67, 94, 70, 67, 98, 105, 85, 69, 71, 71, 85, 62, 70, 67,
    67, 74, 73, 83, 83, 79, 69, 67, 62, 110, 66, 110, 62, 69, 69, 66, 87, 63, 66, 63, 56, 53, 0, 53, 53, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 56, 110, 110, 35, 64, 43, 42, 41, 110, 65, 110, 0, 0, 0, 0, 0, 0, 0, 110, 64, 62, 64, 62, 64, 64,
    66, 69, 69, 86, 110, 110, 116, 116, 74, 68,
];

/// The same, bold.
#[rustfmt::skip]
const LAO_BOLD: [u8; 96] = [
    110, 74, 65, 110, 69, 110, 101, 58, 62, 68, 65, 110, 68, 68, 95, 72, 69, 101, 107, 89, 71, 73, 73, 88, 66, 72,
    69, 69, 77, 76, 88, 88, 83, 71, 68, 64, 110, 68, 110, 64, 72, 72, 68, 90, 64, 67, 65, 58, 54, 0, 56, 56, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 59, 110, 110, 37, 68, 44, 43, 42, 110, 67, 110, 0, 0, 0, 0, 0, 0, 0, 110, 64, 62, 64, 64, 65,
    65, 67, 70, 71, 89, 110, 110, 119, 119, 77, 71,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_of_lao_take_no_room() {
        assert_eq!(text_width("ມື້", Look::Plain), text_width("ມ", Look::Plain));
        assert!(text_width("ມື້", Look::Strong) > text_width("ມື້", Look::Quiet));
    }

    #[test]
    fn a_text_is_cut_to_the_room_that_there_is() {
        let text = "Opinion on release within 24 hours";
        assert_eq!(cut(text, Look::Plain, 10_000), text);
        let short = cut(text, Look::Plain, 1000);
        assert!(short.ends_with('…') && text_width(&short, Look::Plain) <= 1000, "{short}");
    }
}

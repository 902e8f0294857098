//! Line breaking for Lao, which has no spaces between words.
//!
//! Invariant: a line is never broken between a leading vowel and its consonant, or before a consonant that may end a
//! syllable. A place that only a dictionary could decide is not used.

/// The parts of a word between which a line may be broken; a word of another language is one part.
pub(super) fn syllables(word: &str) -> Vec<&str> {
    let letters: Vec<(usize, char)> = word.char_indices().collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for nth in 1..letters.len() {
        let ((_, before), (at, letter)) = (letters[nth - 1], letters[nth]);
        let behind = letters.get(nth + 1).map(|(_, letter)| *letter);
        if may_begin(before, letter, behind) {
            parts.push(&word[from..at]);
            from = at;
        }
    }
    parts.push(&word[from..]);
    parts
}

/// Whether a syllable surely begins with `letter`, which comes after `before` and is followed by `behind`.
fn may_begin(before: char, letter: char, behind: Option<char>) -> bool {
    let is_lao = ('\u{e80}'..='\u{eff}').contains(&before);
    // A leading vowel belongs to the next letter, and so does an h that makes the next consonant a high one.
    if !is_lao || is_leading_vowel(before) || before == 'ຫ' {
        return false;
    }
    // These two may be the second letter of a cluster, or a vowel.
    let alone = matches!(letter, '\u{e81}'..='\u{eae}' | '\u{edc}'..='\u{edf}') && !matches!(letter, 'ວ' | 'ຣ');
    is_leading_vowel(letter) || alone && behind.is_some_and(carries_on)
}

const fn is_leading_vowel(letter: char) -> bool {
    matches!(letter, '\u{ec0}'..='\u{ec4}')
}

/// A vowel or a tone mark on or after its consonant; not the mark of a silent letter.
const fn carries_on(letter: char) -> bool {
    matches!(letter, '\u{eb0}'..='\u{ebd}' | '\u{ec8}'..='\u{ecb}' | '\u{ecd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syllable_is_never_parted() {
        for (word, parts) in [
            ("ສິ້ນສຸດ", &["ສິ້ນ", "ສຸດ"][..]),
            ("ກຳນົດຕໍ່ໄປ", &["ກຳ", "ນົດ", "ຕໍ່", "ໄປ"]),
            ("ໂຕ້ແຍ້ງໄດ້", &["ໂຕ້", "ແຍ້ງ", "ໄດ້"]),
            ("ຂໍ້ບົກຜ່ອງ", &["ຂໍ້", "ບົກ", "ຜ່ອງ"]),
            ("ຍັງເຫລືອ", &["ຍັງ", "ເຫລືອ"]),
            ("ຄວາມແນ່ນອນ", &["ຄວາມ", "ແນ່ນອນ"]),
            ("ໄຟລ໌", &["ໄຟລ໌"]),
            ("custody-48h", &["custody-48h"]),
            ("", &[""]),
        ] {
            assert_eq!(syllables(word), parts, "{word}");
        }
    }
}

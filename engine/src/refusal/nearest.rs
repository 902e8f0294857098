//! Finds the known word that was probably meant: few letters differ, or both begin the same way.

/// The longest text that is compared, in characters. No known word is longer.
const LONGEST: usize = 64;

/// The word nearest to `text`, if it is near enough to be the one that was meant.
pub fn nearest<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let typed = plain(text);
    let near = |word: &&str| {
        let word = plain(word);
        let distance = distance(&typed, &word);
        let begins = typed.iter().zip(&word).take_while(|(a, b)| a == b).count();
        // Few letters differ, or more than half of the text is the beginning of one word, as in custody_begun.
        (distance * 3 <= word.len().max(typed.len()) || (begins >= 5 && begins * 2 > typed.len())).then_some(distance)
    };
    let candidates = words.into_iter().filter_map(|word| Some((near(&word)?, word)));
    candidates.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// The text without what does not matter for the comparison: upper case, spaces and hyphens.
fn plain(text: &str) -> Vec<char> {
    let same = |c: char| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() };
    text.trim().chars().map(same).collect()
}

/// How many letters are inserted, left out, changed, or swapped with their neighbour (Damerau-Levenshtein distance).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut above_that: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (above[j - 1] + changed).min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(above_that[j - 2] + 1);
            }
            row.push(least);
        }
        above_that = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_few_letters_or_by_how_it_begins() {
        let words = ["custody_started", "released", "release_requested", "rights_told", "remand_ordered"];
        for (typed, meant) in [
            ("custody_begun", "custody_started"),
            ("Custody Started", "custody_started"),
            ("cutsody_start", "custody_started"),
            ("relased", "released"),
            ("righst_told", "rights_told"),
        ] {
            assert_eq!(nearest(typed, words), Some(meant), "{typed}");
        }
        for typed in ["", "Somchai", "20091120", "x"] {
            assert_eq!(nearest(typed, words), None, "{typed}");
        }
        assert_eq!(nearest(&"a".repeat(1_000_000), words), None);
    }

    #[test]
    fn two_letters_changed_over_are_one_mistake() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("ab"), &chars("ba")), 1);
        assert_eq!(distance(&chars(""), &chars("abc")), 3);
        assert_eq!(distance(&chars("court"), &chars("curt")), 1);
    }
}

//! The articles of Law 05/NA of 2006 in full: the gazette's Lao text, and our rendering in English.
//!
//! Invariant: the Lao words are those of the gazette, without its line breaks. The English is not an official translation.

use super::{Language, Rulebook};

const LAO: &str = include_str!("../../rulebooks/law-05-na-2006.lo.txt");
const ENGLISH: &str = include_str!("../../../docs/law.md");
/// The id of the rulebook to whose law these texts belong.
const ID: &str = "law-05-na-2006";

impl Rulebook {
    /// The paragraphs of an article; for `64(1)`, those of `64`. `None` for another law, whose text is not at hand, and for
    /// an article that the English does not render.
    pub fn article_in_full(&self, article: &str, language: Language) -> Vec<String> {
        let number = article.split('(').next().unwrap_or(article);
        if self.id() != ID {
            return Vec::new();
        }
        match language {
            Language::Lo => lao(number),
            Language::En => english(number),
        }
    }
}

fn lao(number: &str) -> Vec<String> {
    let heading = format!("ມາດຕາ {number}. ");
    let from = LAO.lines().skip_while(|line| !line.starts_with(&heading));
    let article = from.enumerate().take_while(|(nth, line)| {
        let ends = ["ມາດຕາ ", "ໝວດທີ", "ພາກທີ"].iter().any(|next| line.starts_with(next));
        *nth == 0 || !ends
    });
    article
        .map(|(_, line)| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
}

fn english(number: &str) -> Vec<String> {
    let heads = [". ", ".**", "** ", " "].map(|end| format!("**Art. {number}{end}"));
    let part_v = ENGLISH.split("## Part V").nth(1).unwrap_or_default();
    let Some(from) = heads.iter().filter_map(|head| part_v.find(head.as_str())).min() else { return Vec::new() };
    let text = &part_v[from + "**".len()..];
    let ends = ["**Art. ", "\n- ", "\n\n"].iter().filter_map(|end| text.find(end)).min();
    let text = &text[..ends.unwrap_or(text.len())];
    text.lines().map(|line| line.replace('*', "").trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

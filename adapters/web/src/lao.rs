//! Text as HTML: escaped, and with the law's Lao terms in spans that no line break splits.
//!
//! Invariant: the output shows the same characters. Characters that would reorder or hide text are replaced.

use std::fmt;

use askama::filters::HtmlSafe;
use service::shown::plain;

/// Terms and days of the week that the browser's dictionary would split.
const TERMS: [&str; 32] = [
    "ການກັກຂັງພາງ",
    "ຖືກກັກຂັງພາງ",
    "ກັກຂັງພາງ",
    "ການກັກຕົວ",
    "ຖືກກັກຕົວ",
    "ກັກຕົວ",
    "ປ່ອຍຕົວພາງ",
    "ປ່ອຍຕົວ",
    "ຈັບຕົວ",
    "ການສອບຖາມ",
    "ສືບສວນ-ສອບສວນ",
    "ສືບສວນ-ສອບຖາມ",
    "ໄອຍະການປະຊາຊົນ",
    "ສານເດັກ",
    "ກຳນົດເວລາ",
    "ແບບປົກປ້ອງເດັກ",
    "ແບບຜ່ອນຜັນ",
    "ຜູ້ຮັບຜິດຊອບ",
    "ໄກ່ເກັ່ຍ",
    "ໂທສານຸໂທດ",
    "ສຳນວນຄະດີ",
    "ທ້າຍມື້",
    "ການຕີຄວາມ",
    "ສະຖານ",
    "ຄະຣຸໂທດ",
    "ວັນຈັນ",
    "ວັນອັງຄານ",
    "ວັນພຸດ",
    "ວັນພະຫັດ",
    "ວັນສຸກ",
    "ວັນເສົາ",
    "ວັນອາທິດ",
];

/// No term begins before it, so most of a page is not compared with them.
const FIRST_LAO: char = '\u{e80}';

/// HTML that templates show as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

impl Html {
    /// HTML of which every text was made by [`html`].
    pub const fn of_markup(markup: String) -> Self {
        Self(markup)
    }

    /// Whether it is empty.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a text begins with a term. Two letters are compared first, since they tell nearly all terms apart at once.
fn begins(text: &str, term: &str) -> bool {
    text.as_bytes().first_chunk::<6>() == term.as_bytes().first_chunk() && text.starts_with(term)
}

/// A text as HTML.
pub fn html(text: &str) -> Html {
    let text = plain(text);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut rest = &*text;
    while let Some(first) = rest.chars().next() {
        if first >= FIRST_LAO
            && let Some(term) = TERMS.iter().find(|term| begins(rest, term))
        {
            out.push_str("<span class=\"t\">");
            out.push_str(term);
            out.push_str("</span>");
            rest = &rest[term.len()..];
            continue;
        }
        match first {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        rest = &rest[first.len_utf8()..];
    }
    Html(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_kept_together_and_markup_is_text() {
        assert_eq!(html("ການກັກຂັງພາງສູງສຸດ").to_string(), "<span class=\"t\">ການກັກຂັງພາງ</span>ສູງສຸດ");
        assert_eq!(html("<b onclick='x'>&\"").to_string(), "&lt;b onclick=&#39;x&#39;&gt;&amp;&#34;");
        assert_eq!(html("a\u{202e}b").to_string(), "a\u{fffd}b");
    }

    #[test]
    fn the_longest_term_is_found_first() {
        for (nth, term) in TERMS.iter().enumerate() {
            assert!(term.starts_with(|first| first >= FIRST_LAO), "{term}");
            assert!(TERMS[nth + 1..].iter().all(|later| !later.starts_with(term)), "{term}");
        }
    }
}

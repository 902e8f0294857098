//! JSON texts in their one spelling, without reading what they say.
//!
//! Invariant: of one value there is one spelling, canonical JSON (RFC 8785), however it was spelt; what is no JSON stays as
//! it is.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use engine::json::Json;

/// How deep lists and objects lie in one another in what the program writes, with room.
const DEEPEST: usize = 32;
/// A number of so many digits has one spelling, and fits into 64 bits.
const MOST_DIGITS: usize = 18;

/// In which order the members of an object stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// That of their keys. RFC 8785 sorts by UTF-16 code units. Our keys are ASCII, so their bytes sort the same way.
    Canonical,
    /// Shorter keys come first.
    Length,
}

impl Order {
    fn is_before(self, a: &str, b: &str) -> bool {
        self.compare(a, b) == Ordering::Less
    }

    fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::Canonical => a.cmp(b),
            Self::Length => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        }
    }
}

/// The canonical spelling of the JSON text of an event that can be read: one with whole numbers only.
pub(super) fn canonical(text: &str) -> String {
    spelt(text, Order::Canonical).unwrap_or_else(|| read_and_written(text))
}

/// The same value with shorter keys first, as PostgreSQL keeps it: it need not sort then. What has escapes stays as it is.
pub(super) fn shorter_first(text: &str) -> Cow<'_, str> {
    spelt(text, Order::Length).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn spelt(text: &str, order: Order) -> Option<String> {
    let out = String::with_capacity(text.len());
    let mut spelling = Spelling { text, order, at: 0, out, members: Vec::new(), sorted: String::new() };
    spelling.value(0)?;
    spelling.end()?;
    Some(spelling.out)
}

/// With escapes, other numbers, or no JSON at all.
fn read_and_written(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    match Json::read(text) {
        Ok(json) => json.write(&mut out),
        Err(_) => out.push_str(text),
    }
    out
}

/// A text that is being spelt.
struct Spelling<'t> {
    text: &'t str,
    order: Order,
    at: usize,
    out: String,
    /// The members of the objects that are open: the key of each, and where it stands in what is spelt.
    members: Vec<(&'t str, Range<usize>)>,
    /// Room for the members of an object in their order.
    sorted: String,
}

/// Each of these gives none where the text can't be copied piece by piece.
impl<'t> Spelling<'t> {
    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Takes the next byte if it is this one.
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    fn end(&mut self) -> Option<()> {
        self.next().is_none().then_some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match self.next()? {
            b'"' => {
                let text = self.string()?;
                self.push_text(text);
            }
            b'{' if depth < DEEPEST => self.object(depth + 1)?,
            b'[' if depth < DEEPEST => self.list(depth + 1)?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => self.word()?,
        }
        Some(())
    }

    fn push_text(&mut self, text: &str) {
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
    }

    /// What stands between the quotes.
    fn string(&mut self) -> Option<&'t str> {
        self.take(b'"')?;
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        if rest[length] != b'"' {
            return None;
        }
        let text = &self.text[self.at..self.at + length];
        self.at += length + 1;
        Some(text)
    }

    fn number(&mut self) -> Option<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ')).unwrap_or(rest.len());
        let number = &self.text[self.at..self.at + length];
        let digits = number.strip_prefix('-').unwrap_or(number);
        let plain = match digits.as_bytes() {
            [b'0'] => digits.len() == number.len(),
            [b'1'..=b'9', rest @ ..] => rest.len() < MOST_DIGITS && rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        plain.then(|| {
            self.out.push_str(number);
            self.at += length;
        })
    }

    fn word(&mut self) -> Option<()> {
        let word = ["true", "false", "null"].into_iter().find(|word| self.text[self.at..].starts_with(word))?;
        self.out.push_str(word);
        self.at += word.len();
        Some(())
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.take(b'[')?;
        self.out.push('[');
        if self.next()? != b']' {
            self.value(depth)?;
            while self.next()? == b',' {
                self.at += 1;
                self.out.push(',');
                self.value(depth)?;
            }
        }
        self.out.push(']');
        self.take(b']')
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.take(b'{')?;
        self.out.push('{');
        let (first, begin) = (self.members.len(), self.out.len());
        if self.next()? != b'}' {
            self.member(depth)?;
            while self.next()? == b',' {
                self.at += 1;
                self.out.push(',');
                self.member(depth)?;
            }
        }
        self.sort(first, begin)?;
        self.members.truncate(first);
        self.out.push('}');
        self.take(b'}')
    }

    fn member(&mut self, depth: usize) -> Option<()> {
        let begin = self.out.len();
        self.next()?;
        let key = self.string()?;
        self.push_text(key);
        self.take(b':')?;
        self.out.push(':');
        self.value(depth)?;
        self.members.push((key, begin..self.out.len()));
        Some(())
    }

    /// Puts the members from `first` on, which stand from `begin` on, in their order. A key that stands there twice has no
    /// spelling.
    fn sort(&mut self, first: usize, begin: usize) -> Option<()> {
        let (order, members) = (self.order, &mut self.members[first..]);
        if members.is_sorted_by(|(a, _), (b, _)| order.is_before(a, b)) {
            return Some(());
        }
        members.sort_unstable_by(|(a, _), (b, _)| order.compare(a, b));
        if !members.is_sorted_by(|(a, _), (b, _)| order.is_before(a, b)) {
            return None;
        }
        self.sorted.clear();
        for (n, (_, place)) in members.iter().enumerate() {
            self.sorted.push_str(if n > 0 { "," } else { "" });
            self.sorted.push_str(&self.out[place.clone()]);
        }
        self.out.truncate(begin);
        self.out.push_str(&self.sorted);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical, shorter_first};

    #[test]
    fn a_value_has_one_spelling() {
        let spelt = [
            (
                r#"{"b": 1, "aa": [1, -2, {}], "a": {"z": "x y", "c": null}}"#,
                r#"{"a":{"c":null,"z":"x y"},"aa":[1,-2,{}],"b":1}"#,
            ),
            ("{\t\"on\" : true ,\n \"of\":false } ", r#"{"of":false,"on":true}"#),
            (r#"{"b":"\u0041\/\u000a","a":"\"\\"}"#, r#"{"a":"\"\\","b":"A/\n"}"#),
            (r#"{"\u0062":0,"a":123456789012345678}"#, r#"{"a":123456789012345678,"b":0}"#),
            (r#"{"ເດັກ":"ນ້ອຍ","a":[]}"#, r#"{"a":[],"ເດັກ":"ນ້ອຍ"}"#),
            ("[]", "[]"),
        ];
        for (text, expected) in spelt {
            assert_eq!(canonical(text), expected, "{text}");
            assert_eq!(canonical(expected), expected);
        }
    }

    #[test]
    fn shorter_keys_come_first_where_it_is_asked_for() {
        assert_eq!(shorter_first(r#"{"aa":{"zz":1,"y":2},"b":"x","a":0}"#), r#"{"a":0,"b":"x","aa":{"y":2,"zz":1}}"#);
        let escaped = r#"{"aa":"\"","b":0}"#;
        assert_eq!(shorter_first(escaped), escaped);
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        let deep = "[".repeat(100_000);
        let strange = [
            "",
            "{",
            "{\"a\":1",
            "[1,]",
            "{\"a\":1}x",
            "01",
            "1e",
            "\"",
            "\"\\",
            "{\"a\":1,\"a\":1}",
            "tru",
            "[1 2]",
            "{1:2}",
            &deep,
        ];
        for text in strange {
            assert_eq!(canonical(text), text);
        }
    }
}

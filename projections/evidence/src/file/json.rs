//! Canonical JSON (RFC 8785) as the file has it: keys in ASCII, whole numbers below 2^53.
//!
//! A value has one spelling; another one is not read. What is read takes a small multiple of its text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// How deep lists and objects may lie in one another.
const DEEPEST: usize = 32;
/// The largest number.
const LARGEST: u64 = (1 << 53) - 1;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'t> {
    /// `null`, `true`, `false` or a number: nothing that is looked at.
    Plain,
    Text(Cow<'t, str>),
    List(Vec<Value<'t>>),
    /// In the order of its keys.
    Object(Vec<(&'t str, Value<'t>)>),
}

impl<'t> Value<'t> {
    /// The value under this key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(pairs) = self else { return None };
        pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The text under this key.
    pub fn text(&self, key: &str) -> Option<&str> {
        if let Self::Text(text) = self.get(key)? { Some(text) } else { None }
    }

    /// The value that this text spells, and nothing behind it.
    pub fn read(text: &'t str) -> Option<Self> {
        let mut reader = Reader::of(text);
        let (_, value) = reader.value()?;
        reader.end()?;
        Some(value)
    }
}

/// A text that is read from left to right. Each of these gives none where the text is not that.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    pub const fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Takes these characters.
    pub fn take(&mut self, expected: &str) -> Option<()> {
        self.rest().starts_with(expected).then(|| self.at += expected.len())
    }

    pub fn end(&self) -> Option<()> {
        self.rest().is_empty().then_some(())
    }

    /// A number that is not negative.
    pub fn number(&mut self) -> Option<u64> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = crate::strict::decimal(&self.rest()[..digits]).filter(|number| *number <= LARGEST)?;
        self.at += digits;
        Some(number)
    }

    /// A text.
    pub fn string(&mut self) -> Option<Cow<'t, str>> {
        self.take("\"")?;
        let special = |rest: &str| rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        let length = special(self.rest())?;
        let mut text = Cow::Borrowed(&self.rest()[..length]);
        self.at += length;
        while self.take("\"").is_none() {
            let character = self.escaped()?;
            let length = special(self.rest())?;
            let text = text.to_mut();
            text.push(character);
            text.push_str(&self.rest()[..length]);
            self.at += length;
        }
        Some(text)
    }

    fn escaped(&mut self) -> Option<char> {
        let short = [("\\\"", '"'), ("\\\\", '\\'), ("\\b", '\u{8}'), ("\\f", '\u{c}'), ("\\n", '\n')];
        for (spelt, character) in short.into_iter().chain([("\\r", '\r'), ("\\t", '\t')]) {
            if self.take(spelt).is_some() {
                return Some(character);
            }
        }
        let code = self.rest().strip_prefix("\\u00")?.get(..2)?;
        let code =
            u8::from_str_radix(code, 16).ok().filter(|number| *number < 0x20 && format!("{number:02x}") == code)?;
        let character = char::from(code);
        if matches!(character, '\u{8}' | '\u{c}' | '\n' | '\r' | '\t') {
            return None;
        }
        self.at += 6;
        Some(character)
    }

    /// A list of at most so many.
    pub fn list<T>(&mut self, most: usize, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.take("[")?;
        let mut items = Vec::new();
        if self.take("]").is_some() {
            return Some(items);
        }
        loop {
            if items.len() == most {
                return None;
            }
            items.push(item(self)?);
            if self.take(",").is_none() {
                return self.take("]").map(|()| items);
            }
        }
    }

    /// Any value, with its text.
    pub fn value(&mut self) -> Option<(&'t str, Value<'t>)> {
        let begin = self.at;
        let value = self.value_at(0)?;
        Some((&self.text[begin..self.at], value))
    }

    fn value_at(&mut self, depth: usize) -> Option<Value<'t>> {
        match self.rest().bytes().next()? {
            b'"' => self.string().map(Value::Text),
            b'[' if depth < DEEPEST => {
                let mut items = self.list(usize::MAX, |reader| reader.value_at(depth + 1))?;
                items.shrink_to_fit();
                Some(Value::List(items))
            }
            b'{' if depth < DEEPEST => self.object(depth + 1),
            b'-' => {
                self.at += 1;
                self.number().filter(|number| *number > 0).map(|_| Value::Plain)
            }
            b'0'..=b'9' => self.number().map(|_| Value::Plain),
            _ => ["null", "true", "false"].into_iter().find_map(|word| self.take(word)).map(|()| Value::Plain),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value<'t>> {
        self.take("{")?;
        let mut pairs: Vec<(&'t str, Value<'t>)> = Vec::new();
        if self.take("}").is_none() {
            loop {
                let Cow::Borrowed(key) = self.string()? else { return None };
                if !key.is_ascii() || pairs.last().is_some_and(|(before, _)| *before >= key) {
                    return None;
                }
                self.take(":")?;
                pairs.push((key, self.value_at(depth)?));
                if self.take(",").is_none() {
                    self.take("}")?;
                    break;
                }
            }
        }
        pairs.shrink_to_fit();
        Some(Value::Object(pairs))
    }
}

/// Appends a text as JSON.
pub(super) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_in_its_one_spelling() {
        for text in [
            r#"{"a":[1,-2,0,{}],"b":"x\n\"\\\u0001é","c":{"_":null,"d":true}}"#,
            "[]",
            "9007199254740991",
            "\"\u{7f}\u{2028}\"",
        ] {
            assert!(Value::read(text).is_some(), "{text}");
        }
        let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
        for text in [
            "",
            " 1",
            "1 ",
            "01",
            "-0",
            "1.0",
            "1e2",
            "9007199254740992",
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a": 1}"#,
            r#"{"é":1}"#,
            "[1,]",
            "[1",
            r#""\u000a""#,
            r#""\u001F""#,
            r#""\u0041""#,
            r#""\/""#,
            "\"\n\"",
            "nul",
            &deep,
        ] {
            assert_eq!(Value::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_is_read_as_it_is_written() {
        let text = "a\"b\\c\n\r\t\u{8}\u{c}\u{1}\u{1f} é ກ\u{7f}";
        let mut out = String::new();
        write_text(text, &mut out);
        assert_eq!(Value::read(&out), Some(Value::Text(text.into())));
    }
}

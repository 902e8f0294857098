//! What a request was answered with, and what is asserted of it.

use std::path::Path;

use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What a request was answered with.
pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// What the text was read from; of a workbook it is no text.
    pub bytes: Vec<u8>,
}

impl Shown {
    /// The text without marks, with single spaces.
    pub fn words(&self) -> String {
        // What keeps a term together is no gap between words.
        let (open, close) = ("<span class=\"t\">", "</span>");
        let together = self.text.split(open).enumerate().map(|(nth, part)| match (nth, part.split_once(close)) {
            (1.., Some((term, rest))) => format!("{term}{rest}"),
            _ => part.to_owned(),
        });
        let mut out = String::new();
        let mut inside = false;
        for letter in
            together.collect::<String>().replace("&#34;", "\"").replace("&#39;", "'").replace("&amp;", "&").chars()
        {
            match letter {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    out.push(' ');
                }
                letter if !inside => out.push(if letter == '\u{a0}' { ' ' } else { letter }),
                _ => {}
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").replace(" .", ".").replace(" :", ":")
    }

    /// Asserts that these words stand in the page.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let all = self.words();
        for words in words {
            assert!(all.contains(words), "{words:?} is not in: {all}");
        }
        self
    }

    /// Asserts that none of these words stands in the page, marks included.
    #[track_caller]
    pub fn does_not_say(&self, words: &[&str]) -> &Self {
        for words in words {
            assert!(!self.text.contains(words), "{words:?} is in: {}", self.text);
        }
        self
    }

    /// The references of the rows, in their order.
    pub fn cases(&self) -> Vec<String> {
        let rows = self.text.split("<th role=\"rowheader\" scope=\"row\"><a href=\"").skip(1);
        rows.filter_map(|row| Some(row.split_once('>')?.1.split_once('<')?.0.to_owned())).collect()
    }

    /// The addresses of the links whose words begin so.
    pub fn links(&self, words: &str) -> Vec<String> {
        let links = self.text.split("<a ").skip(1).filter_map(|link| {
            let (marks, rest) = link.split_once('>')?;
            let address = marks.split_once("href=\"")?.1.split_once('"')?.0;
            rest.starts_with(words).then(|| address.replace("&#38;", "&").replace("&amp;", "&"))
        });
        links.collect()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(rest.split_once('"')?.0)
    }

    /// Where the answer leads to.
    pub fn leads_to(&self) -> Option<&str> {
        self.headers.get(LOCATION).and_then(|location| location.to_str().ok())
    }

    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        pairs.find_map(|(found, value)| (found == name).then_some(value))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Asserts the status of JSON; returns it.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        self.is_status(status).json()
    }

    /// Asserts the status.
    #[track_caller]
    pub fn is_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{:?} {}", self.headers, self.text);
        self
    }

    /// Asserts that it is a problem of this type.
    #[track_caller]
    pub fn is_problem(&self, status: u16, word: &str) -> Value {
        let json = self.is(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(json["type"], format!("urn:kamnot:problem:{word}"), "{json}");
        assert_eq!(json["status"], status);
        json
    }
}

/// Writes what is shown to a folder, for a look with the eyes, if `KAMNOT_SHOWN` names one.
pub fn keep(name: &str, shown: &Shown) {
    if let Some(folder) = std::env::var_os("KAMNOT_SHOWN") {
        let text = shown.text.replace("/assets/style.css", "assets/style.css");
        std::fs::write(Path::new(&folder).join(name), text).expect("a file");
    }
}

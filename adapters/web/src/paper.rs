//! The document about a case that a lawyer hands to a judge: on a page to print, or as one file that needs no server.
//!
//! Invariant: both are the same document. The file refers to nothing outside it: style and fonts are in it, under a content
//! security policy that names the style by its digest and allows no script.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::action::{CaseRef, When};
use engine::breach::Breach;
use engine::calendar::Instant;
use projections::labels::Label as L;
use projections::picture::Medium;
use projections::words_of_time;
use service::queries::timeline::Timeline;
use sha2::{Digest as _, Sha256};

use crate::assets::{address, address_on_each_page, on_each_page, style_with_fonts};
use crate::lao::{Html, html};
use crate::sheet::reader::Reader;
use crate::sheet::{Finding, Limit, Sheet};
use crate::words::case::Case as C;
use crate::words::entry::Entry as N;
use crate::words::frame::Frame as W;
use crate::words::paper::Paper as P;

/// Who prints a document, when, and what of.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The person's name, role and office; `None` for the command line.
    pub by: Option<String>,
    /// When.
    pub at: Instant,
    /// As known on a day or at an instant.
    pub known: Option<When>,
    /// Whether the clock is in doubt; `None` where no clock is watched.
    pub clock_in_doubt: Option<bool>,
    /// Whether the case is made up.
    pub made_up: bool,
}

/// Where the style comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// From the server of the page.
    Linked,
    /// From the document itself.
    Contained,
}

#[derive(Template)]
#[template(path = "paper.html")]
struct Document<'a> {
    sheet: Sheet<'a>,
    contained: Option<Contained>,
    /// The addresses of the styles, if they are not contained.
    styles: [String; 2],
    made_up: bool,
    as_of: Html,
    law: Html,
    basis: Html,
    rulebook: String,
    digest: String,
    known: Option<Html>,
    clock: Option<Html>,
    by: Html,
    at: Html,
}

/// The document; `None` if the case was not open at the reader's instant.
pub fn document(timeline: &Timeline, reader: Reader<'_>, printed: &Printed, style: Style) -> Option<String> {
    let sheet = Sheet::of(timeline, Medium::Paper, reader)?;
    let language = reader.language;
    let clock = printed.clock_in_doubt.map(|doubt| reader.t(if doubt { W::ClockInDoubt } else { W::ClockCertain }));
    let by = printed.by.as_deref().unwrap_or_else(|| reader.t(P::CommandLine));
    let document = Document {
        contained: (style == Style::Contained).then(|| Contained::of(timeline.case.reference())),
        styles: [address("style.css"), address_on_each_page(timeline.case.reference())],
        made_up: printed.made_up,
        as_of: html(&words_of_time::End::of(reader.at).in_sentence(language)),
        law: html(reader.book.title().in_language(language)),
        basis: html(reader.book.basis().in_language(language)),
        rulebook: reader.book.id().to_owned(),
        digest: spaced(&reader.book.digest().to_string()),
        known: printed.known.map(|known| html(&words_of_time::when(known, language))),
        clock: clock.map(html),
        by: html(by),
        at: html(&words_of_time::instant(printed.at, language)),
        sheet,
    };
    document.render().ok()
}

impl Document<'_> {
    /// The breaches, the limits first, numbered from 1: certain ones before arguable ones.
    fn breaches(&self) -> Vec<(usize, &Limit)> {
        let all = [Breach::Certain, Breach::Arguable].into_iter().flat_map(|breach| self.sheet.breached(breach));
        (1..).zip(all).collect()
    }

    fn findings(&self) -> Vec<(usize, &Finding)> {
        let all = [Breach::Certain, Breach::Arguable].into_iter().flat_map(|breach| self.sheet.failing(breach));
        (self.breaches().len() + 1..).zip(all).collect()
    }

    /// The limits that run.
    fn running(&self) -> Vec<&Limit> {
        self.sheet.limits.iter().filter(|limit| limit.open && limit.breach.is_none()).collect()
    }

    /// The numbers of the sections behind the breaches.
    fn numbers(&self) -> [usize; 3] {
        let last = self.breaches().len() + self.findings().len();
        [last + 1, last + 2, last + 3]
    }
}

/// A style sheet with its fonts in it, and the policy that allows it alone.
struct Contained {
    style: String,
    policy: String,
}

impl Contained {
    fn of(case: &CaseRef) -> Self {
        let style = style_with_fonts() + &on_each_page(case);
        let digest = STANDARD.encode(Sha256::digest(style.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; font-src data:; base-uri 'none'; form-action 'none'"
        );
        Self { style, policy }
    }
}

/// A digest in groups of eight, so that it can be read and broken.
fn spaced(digest: &str) -> String {
    let (kind, digits) = digest.split_once(':').unwrap_or(("", digest));
    let groups = digits.as_bytes().chunks(8).filter_map(|group| std::str::from_utf8(group).ok());
    format!("{kind} {}", groups.collect::<Vec<_>>().join(" "))
}

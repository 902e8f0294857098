//! The fixed figures of closed quarters: of the offices at and below a supervisor's, of provinces and of the country.
//!
//! Invariant: what is shown is what is kept. There is nothing to choose but the quarter and one of these.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use engine::action::OfficeCode;
use projections::catalogue::Word as _;
use projections::figures::fixed::{Fixed, Scope};
use projections::figures::period::{Period, Quarter};
use projections::figures::report::{Table, Words};
use projections::figures::words::Words as T;
use service::queries::counts::Asked;
use service::queries::quarters as kept;
use store::Fault;
use store::people::Seen;

use super::file::{Kind, file};
use super::shown::Shown;
use super::{Pairs, being_counted};
use crate::answer::{Answer, no_such_page, page, plain, store_is_away};
use crate::counted::{of_quarter, offices_of};
use crate::frame::Frame;
use crate::gate::note;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::figures::Figures as F;
use crate::words::frame::Frame as W;

/// Whose figures a quarter has.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    Country,
    Province(String),
    Office(OfficeCode),
}

/// A choice: its words, and its path; `None` for what is shown.
type Choice = (String, Option<String>);

#[derive(Template)]
#[template(path = "figures/quarters.html")]
struct Page {
    frame: Frame,
    about: String,
    files: [String; 2],
    quarters: Vec<Choice>,
    /// The country, provinces, offices.
    scopes: Vec<(&'static str, Vec<Choice>)>,
    tables: Vec<Shown>,
}

/// What is asked for, and may be seen.
struct Found {
    fixed: Arc<Fixed>,
    of: Of,
    scope: Scope,
    quarters: Vec<Quarter>,
}

/// `GET /figures/quarters`
pub async fn quarters(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    let found = match found(&site, &visitor, pairs).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let words = Words { book: &site.book, language: visitor.language };
    let template = Page {
        about: about(&found, &site, words),
        files: ["csv", "xlsx"].map(|kind| path(&format!("/figures/quarters.{kind}"), found.fixed.quarter, &found.of)),
        quarters: found.quarter_choices(words),
        scopes: found.scope_choices(&site, &visitor),
        tables: Shown::all(&tables(&found, &site, words), &found.scope.numbers, words),
        frame: Frame::of(&site, &visitor, "/figures", F::Quarters.of(visitor.language)),
    };
    match seen(&site, &visitor, "figures/quarters", &found).await {
        Ok(()) => page(StatusCode::OK, &template),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// `GET /figures/quarters.csv`
pub async fn quarters_csv(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    download(&site, &visitor, pairs, Kind::Csv).await
}

/// `GET /figures/quarters.xlsx`
pub async fn quarters_xlsx(State(site): State<Arc<Site>>, visitor: Visitor, pairs: Pairs) -> Answer {
    download(&site, &visitor, pairs, Kind::Xlsx).await
}

async fn download(site: &Site, visitor: &Visitor, pairs: Pairs, kind: Kind) -> Answer {
    let found = match found(site, visitor, pairs).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Err(fault) = seen(site, visitor, "figures/quarters.file", &found).await {
        return store_is_away(&fault, visitor.language);
    }
    let words = Words { book: &site.book, language: visitor.language };
    let about = format!("{} {}", about(&found, site, words), T::FixedSay.of(visitor.language));
    file(kind, &about, &tables(&found, site, words), visitor.language)
}

async fn found(site: &Site, visitor: &Visitor, pairs: Pairs) -> Result<Found, Answer> {
    let language = visitor.language;
    let away = |fault: Fault| store_is_away(&fault, language);
    let pairs = pairs.map(|Query(pairs)| pairs).unwrap_or_default();
    let of = asked_scope(&pairs);
    let allowed = match &of {
        Of::Office(office) => offices_of(site, visitor).any(|one| one == office),
        Of::Country | Of::Province(_) => true,
    };
    if !allowed {
        return Err(no_such_page(language));
    }
    let before = kept::quarters(site.log.as_ref(), site.now()).await.map_err(away)?;
    let asked = pairs.get("quarter").and_then(|quarter| Quarter::parse(quarter));
    let Some(quarter) = asked.or_else(|| before.first().copied()) else { return Err(no_such_page(language)) };
    let fixed = match of_quarter(site, quarter).await.map_err(away)? {
        Asked::Ready(Some(fixed)) => fixed,
        Asked::Ready(None) if site.status.clock_in_doubt() => {
            let words = [F::NoQuarter, F::ClockInDoubt].map(|word| word.of(language));
            return Err(plain(StatusCode::SERVICE_UNAVAILABLE, language, words));
        }
        Asked::Ready(None) => return Err(no_such_page(language)),
        Asked::Counting(_) => return Err(being_counted(language)),
    };
    let scope = match &of {
        Of::Country => fixed.country.clone(),
        // An office or a province without cases is one in which nothing was counted.
        Of::Office(office) => fixed.offices.get(office).cloned().unwrap_or_default(),
        Of::Province(province) => fixed.provinces.get(province).cloned().unwrap_or_default(),
    };
    // The first question may have counted several.
    let quarters = kept::quarters(site.log.as_ref(), site.now()).await.map_err(away)?;
    Ok(Found { fixed, of, scope, quarters })
}

fn asked_scope(pairs: &BTreeMap<String, String>) -> Of {
    let office = pairs.get("office").and_then(|code| OfficeCode::new(code)).map(Of::Office);
    let province = || pairs.get("province").filter(|name| !name.is_empty()).cloned().map(Of::Province);
    office.or_else(province).unwrap_or(Of::Country)
}

fn tables(found: &Found, site: &Site, words: Words<'_>) -> Vec<Table> {
    let mut tables = words.tables(&found.scope.numbers, Period::Quarter(found.fixed.quarter));
    if let Of::Office(office) = &found.of {
        let name = site.offices.name(office, words.language).to_owned();
        tables.push(words.last_heard(&[(name, found.scope.heard)]));
    }
    tables.push(words.corrections(&found.scope.corrections));
    tables
}

fn about(found: &Found, site: &Site, words: Words<'_>) -> String {
    let language = words.language;
    let scope = match &found.of {
        Of::Country => T::Country.of(language).to_owned(),
        Of::Province(name) => province(site, name, words),
        Of::Office(office) => site.offices.name(office, language).to_owned(),
    };
    words.about(&scope, Period::Quarter(found.fixed.quarter), found.fixed.counted_at.date())
}

/// A province in the language of the page, by its English name.
fn province(site: &Site, name: &str, words: Words<'_>) -> String {
    let known = site.offices.all().find(|(_, office)| office.province.en == name);
    known.map_or(name, |(_, office)| office.province.in_language(words.language)).to_owned()
}

async fn seen(site: &Site, visitor: &Visitor, list: &str, found: &Found) -> Result<(), Fault> {
    let filters = path("", found.fixed.quarter, &found.of).trim_start_matches('?').to_owned();
    note(site, visitor, Seen::List { list: list.to_owned(), filters, count: 0 }).await
}

/// The path of a quarter's tables.
fn path(page: &str, quarter: Quarter, of: &Of) -> String {
    match of {
        Of::Country => format!("{page}?quarter={quarter}"),
        Of::Office(office) => format!("{page}?quarter={quarter}&office={office}"),
        Of::Province(name) => format!("{page}?quarter={quarter}&province={}", name.replace(' ', "+")),
    }
}

impl Found {
    fn quarter_choices(&self, words: Words<'_>) -> Vec<Choice> {
        let choice = |quarter: &Quarter| {
            let path = (*quarter != self.fixed.quarter).then(|| path("/figures/quarters", *quarter, &self.of));
            (words.period(Period::Quarter(*quarter)), path)
        };
        self.quarters.iter().map(choice).collect()
    }

    fn scope_choices(&self, site: &Site, visitor: &Visitor) -> Vec<(&'static str, Vec<Choice>)> {
        let words = Words { book: &site.book, language: visitor.language };
        let choice = |name: String, of: Of| {
            let path = (of != self.of).then(|| path("/figures/quarters", self.fixed.quarter, &of));
            (name, path)
        };
        let country = choice(T::Country.of(visitor.language).to_owned(), Of::Country);
        let provinces = self.fixed.provinces.keys();
        let provinces = provinces.map(|name| choice(province(site, name, words), Of::Province(name.clone())));
        let offices = offices_of(site, visitor)
            .map(|office| choice(site.offices.name(office, visitor.language).to_owned(), Of::Office(office.clone())));
        let named = |choices: [(&'static str, Vec<Choice>); 3]| choices.into_iter().filter(|(_, all)| !all.is_empty());
        let language = visitor.language;
        named([
            (T::Country.of(language), vec![country]),
            (F::Provinces.of(language), provinces.collect()),
            (F::Offices.of(language), offices.collect()),
        ])
        .collect()
    }
}

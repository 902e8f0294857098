//! The figures of the visitor's own office: open, held, over, by rule.
//!
//! Invariant: every number is that of the list to which it leads.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use engine::rulebook::{Language, RuleId};
use projections::catalogue::Word as _;
use projections::docket::choice::{Child, Choice, Left, State as LimitState, by_rule};
use projections::docket::pages::Order;
use projections::rights::{Act, Relation, allows};
use store::people::Seen;

use super::docket::asked::{Asked, rule_words};
use super::overview::counted;
use crate::answer::{Answer, no_such_page, page, store_is_away};
use crate::frame::Frame;
use crate::gate::note;
use crate::own_docket::OwnDocket;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::docket::Docket as D;
use crate::words::frame::Frame as W;
use crate::words::overview::Overview as O;

/// How wide the longest bar is.
const WIDEST: usize = 200;

/// A number; it leads to its cases where the visitor may see them.
struct Number {
    count: usize,
    path: Option<String>,
}

/// The cases with an open limit of a rule.
struct OfRule {
    words: String,
    /// Running, arguable, certain.
    numbers: [Number; 3],
    /// The bars of the three.
    bars: [Bar; 3],
}

/// A bar, in the units of its picture.
struct Bar {
    from: usize,
    wide: usize,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct Figures {
    frame: Frame,
    /// With what each counts.
    totals: Vec<(Number, &'static str)>,
    rules: Vec<OfRule>,
    /// Whether the numbers lead to their cases.
    leads: bool,
}

/// `GET /figures`
pub async fn figures(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let own = match OwnDocket::of(&site, &visitor).await {
        Ok(Some(own)) => own,
        Ok(None) => return no_such_page(visitor.language),
        Err(fault) => return store_is_away(&fault, visitor.language),
    };
    let now = OwnDocket::order(&site.book, &site, own.now);
    let leads = allows(visitor.role(), Relation::Foreign, Act::ReadLists);
    let template = Figures {
        totals: totals(&own, &now, leads, visitor.language),
        rules: rules(&own, &site, leads, visitor.language),
        leads,
        frame: Frame::of(&site, &visitor, "/figures", W::Figures.of(visitor.language)),
    };
    let count = u32::try_from(own.cases.len()).unwrap_or(u32::MAX);
    let seen = Seen::List { list: "figures".to_owned(), filters: String::new(), count };
    match note(&site, &visitor, seen).await {
        Ok(()) => page(StatusCode::OK, &template),
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

fn totals(own: &OwnDocket, now: &Order<'_>, leads: bool, language: Language) -> Vec<(Number, &'static str)> {
    let number = |choice: &Choice, words: [O; 2]| {
        let (count, path) = (own.count(now, choice), leads.then(|| Asked::path(choice, None)));
        (Number { count, path }, counted(count, words).of(language))
    };
    let left = |left| Choice { left: Some(left), ..Choice::default() };
    vec![
        number(&Choice { child: Some(Child::Open), ..Choice::default() }, [O::OneOpen, O::Open]),
        number(&Choice { child: Some(Child::Held), ..Choice::default() }, [O::OneHeld, O::Held]),
        number(&left(Left::Certain), [O::OneCertain, O::Certain]),
        number(&left(Left::Arguable), [O::OneArguable, O::Arguable]),
    ]
}

/// The limits that are open in some case, in the order of the rulebook.
fn rules(own: &OwnDocket, site: &Site, leads: bool, language: Language) -> Vec<OfRule> {
    let ids = site.book.rules().iter().filter(|rule| rule.is_limit()).map(|rule| rule.id);
    let found = by_rule(own.cases.iter().map(|case| &**case), own.now);
    let counted = ids.filter_map(|rule| Some((rule, found.get(&rule)?)));
    let counted: Vec<(RuleId, [usize; 3])> =
        counted.map(|(rule, counts)| (rule, STATES.map(|state| counts[state as usize]))).collect();
    let most = counted.iter().map(|(_, counts)| counts.iter().sum::<usize>()).max().unwrap_or(1).max(1);
    let of = |(rule, counts): (RuleId, [usize; 3])| {
        let mut from = 1;
        let bars = counts.map(|count| {
            let bar = Bar { from, wide: count * WIDEST / most };
            from += bar.wide;
            bar
        });
        let mut nth = 0;
        let numbers = counts.map(|count| {
            let choice = Choice { rule: Some(rule), state: Some(STATES[nth]), ..Choice::default() };
            nth += 1;
            Number { count, path: leads.then(|| Asked::path(&choice, None)) }
        });
        OfRule { words: rule_words(rule, &site.book, language), numbers, bars }
    };
    counted.into_iter().map(of).collect()
}

/// The states, in the order of the columns.
const STATES: [LimitState; 3] = [LimitState::Running, LimitState::Arguable, LimitState::Certain];

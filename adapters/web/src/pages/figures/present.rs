//! How the cases of the visitor's own office stand now: open, held, over, by rule.
//!
//! Invariant: every number is that of the list to which it leads.

use engine::rulebook::{Language, RuleId};
use projections::catalogue::Word as _;
use projections::docket::choice::{Child, Choice, Left, State as LimitState, by_rule};
use projections::docket::pages::Order;
use projections::rights::{Act, Relation, allows};

use crate::own_docket::OwnDocket;
use crate::pages::docket::asked::{Asked, rule_words};
use crate::pages::overview::counted;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::overview::Overview as O;

/// How wide the longest bar is.
const WIDEST: usize = 200;

/// A number; it leads to its cases where the visitor may see them.
pub struct Number {
    /// The number.
    pub count: usize,
    /// Where its cases are listed.
    pub path: Option<String>,
}

/// The cases with an open limit of a rule.
pub struct OfRule {
    /// The rule.
    pub words: String,
    /// Running, arguable, certain.
    pub numbers: [Number; 3],
    /// The bars of the three.
    pub bars: [Bar; 3],
}

/// A bar, in the units of its picture.
pub struct Bar {
    /// Where it begins.
    pub from: usize,
    /// How wide it is.
    pub wide: usize,
}

/// How the cases of an office stand now.
pub struct Present {
    /// With what each counts.
    pub totals: Vec<(Number, &'static str)>,
    /// The limits that are open in some case.
    pub rules: Vec<OfRule>,
    /// Whether the numbers lead to their cases.
    pub leads: bool,
}

impl Present {
    /// Of a docket, for a visitor.
    pub fn of(own: &OwnDocket, site: &Site, visitor: &Visitor) -> Self {
        let now = OwnDocket::order(&site.book, site, own.now);
        let leads = allows(visitor.role(), Relation::Foreign, Act::ReadLists);
        Self {
            totals: totals(own, &now, leads, visitor.language),
            rules: rules(own, site, leads, visitor.language),
            leads,
        }
    }
}

fn totals(own: &OwnDocket, now: &Order<'_>, leads: bool, language: Language) -> Vec<(Number, &'static str)> {
    let of = |child| Choice { child: Some(child), ..Choice::default() };
    let left = |left| Choice { left: Some(left), ..Choice::default() };
    let choices = [of(Child::Open), of(Child::Held), left(Left::Certain), left(Left::Arguable)];
    let words =
        [[O::OneOpen, O::Open], [O::OneHeld, O::Held], [O::OneCertain, O::Certain], [O::OneArguable, O::Arguable]];
    let counts = own.counts(now, choices.each_ref());
    let number = |((choice, count), words): ((&Choice, usize), [O; 2])| {
        let path = leads.then(|| Asked::path(choice, None));
        (Number { count, path }, counted(count, words).of(language))
    };
    choices.iter().zip(counts).zip(words).map(number).collect()
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

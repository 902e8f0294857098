//! An office's list of alerts: bounded in what it holds, and each alert in one row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::action::OfficeCode;
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::rulebook::{Language, Rulebooks};
use projections::alerts::{AlertRow, Choice, Class};
use projections::view::Seat;
use service::queries::alerts::{AlertQuery, KnownAs, Listed, PAGE, Wording, each_row};
use store::{CaseStore, Fault, Stored};
use tests::made::{self, after_all, record_case};

on_each_store!(
    a_list_holds_a_page_and_one_case_at_the_most,
    every_alert_of_an_office_is_in_one_row,
    a_row_stands_as_its_alerts_do_now_or_then,
    a_list_of_a_case_is_that_part_of_the_offices_list,
    a_reader_who_goes_away_ends_the_list,
);

/// The rows of a list.
async fn listed<S: CaseStore>(store: &S, asked: &AlertQuery) -> (Vec<AlertRow>, Listed) {
    let (book, mut rows) = (made::book(), Vec::new());
    let shelf = Rulebooks::new(Arc::clone(&book), []);
    let speech = Wording { shelf: &shelf, book: &book, language: Language::En };
    let take = |row| {
        rows.push(row);
        Ok::<(), Fault>(())
    };
    let listed = each_row(store, asked, speech, take).await.unwrap();
    (rows, listed)
}

fn asked(seat: Seat, office: &OfficeCode) -> AlertQuery {
    let office = Some((seat, office.clone()));
    AlertQuery { office, case: None, choice: Choice::default(), at: after_all().plus(1), known: KnownAs::Now }
}

/// So many whole cases, and the alert events of each in the order of its stream.
async fn cases<S: CaseStore>(store: &Arc<S>, many: usize) -> Vec<Vec<Stored>> {
    let mut told = Vec::new();
    for n in 0..many {
        let (case, _) = record_case(store, n).await;
        let stream = store.stream(&case).await.unwrap();
        told.push(stream.into_iter().filter(|stored| stored.event.fact.alert().is_some()).collect());
    }
    told
}

/// The prosecutor's office that most alerts went to.
fn prosecutor(told: &[Vec<Stored>]) -> OfficeCode {
    let mut many: BTreeMap<OfficeCode, usize> = BTreeMap::new();
    for stored in told.iter().flatten() {
        *many.entry(stored.event.fact.alert().unwrap().0.to.prosecutor.clone()).or_default() += 1;
    }
    many.into_iter().max_by_key(|(_, many)| *many).unwrap().0
}

async fn a_list_holds_a_page_and_one_case_at_the_most<S: CaseStore>(store: Arc<S>) {
    let told = cases(&store, 160).await;
    let office = prosecutor(&told);
    let longest = told.iter().map(Vec::len).max().unwrap();
    let (_, listed) = listed(&*store, &asked(Seat::Prosecutor, &office)).await;
    assert!(listed.most_held <= PAGE + longest, "{listed:?}, the longest case {longest}");
    assert!(listed.read > PAGE, "more than a page: {listed:?}");
}

async fn every_alert_of_an_office_is_in_one_row<S: CaseStore>(store: Arc<S>) {
    let told = cases(&store, 20).await;
    let office = prosecutor(&told);
    let own = told.iter().flatten().filter(|s| s.event.fact.alert().unwrap().0.to.prosecutor == office);
    let own: BTreeSet<_> = own.map(|stored| stored.event.id(&stored.case)).collect();
    let (rows, _) = listed(&*store, &asked(Seat::Prosecutor, &office)).await;
    let ids: Vec<_> = rows.iter().flat_map(|row| &row.told).map(|telling| telling.id).collect();
    assert_eq!(ids.len(), own.len());
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), own);
    // One row a limit, one for the findings of a case; limits on liberty first, in each class by case.
    let keys: Vec<_> = rows.iter().map(|row| (row.case.clone(), row.rule, row.opened_by)).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    let order =
        |row: &AlertRow| (row.rule.map_or(Class::Finding, |rule| Class::of(rule, &made::book())), row.case.clone());
    assert!(rows.iter().map(order).is_sorted());
    assert!(rows.iter().any(|row| row.rule.is_some() && row.told.len() > 1), "lives of more than one alert");
}

async fn a_row_stands_as_its_alerts_do_now_or_then<S: CaseStore>(store: Arc<S>) {
    let (mut instants, mut courts) = (Vec::new(), BTreeSet::new());
    for n in 0..12 {
        let case = made::record_as_it_happens(&store, n).await;
        for Stored { event, .. } in store.stream(&case).await.unwrap() {
            instants.push(event.recorded_at);
            courts.extend(event.fact.alert().map(|(alert, _)| alert.to.court.clone()));
        }
    }
    instants.sort_unstable();
    let mut seen = BTreeSet::new();
    for at in instants.iter().copied().step_by(instants.len() / 8) {
        for court in &courts {
            let then = AlertQuery { at, known: KnownAs::Then, ..asked(Seat::Court, court) };
            let (all, _) = listed(&*store, &then).await;
            assert!(all.iter().flat_map(|row| &row.told).all(|telling| telling.at <= at), "nothing raised later");
            let choice = Choice { open: true, ..Choice::default() };
            let (open, _) = listed(&*store, &AlertQuery { choice, ..then }).await;
            let standing = standing(&*store, court, &all, at).await;
            let ids = |rows: &[AlertRow]| rows.iter().map(|row| row.told[0].id).collect::<BTreeSet<_>>();
            let limits: Vec<AlertRow> = open.iter().filter(|row| row.rule.is_some()).cloned().collect();
            assert_eq!(ids(&limits), standing, "{court} at {at}");
            seen.extend(all.iter().map(|row| (row.kind, row.open)));
        }
    }
    for wanted in [(Kind::Breach, true), (Kind::Settled, false), (Kind::Withdrawn, false), (Kind::Notice, false)] {
        assert!(seen.contains(&wanted), "{wanted:?} in {seen:?}");
    }
}

/// By the cases themselves, the first alerts of the limits that are open at an instant.
async fn standing<S: CaseStore>(store: &S, court: &OfficeCode, rows: &[AlertRow], at: Instant) -> BTreeSet<uuid::Uuid> {
    let mut open = BTreeSet::new();
    for row in rows.iter().filter(|row| row.rule.is_some()) {
        let stream = store.stream(&row.case).await.unwrap();
        let known = engine::case::Case::fold(stream.iter().map(|s| &s.event).filter(|event| event.recorded_at <= at));
        let assessment = known.assess(&made::book(), at).unwrap();
        let same = |on, rule, period| Some(rule) == row.rule && row.opened_by == Some((on, period));
        let stands = known.standing_alerts().any(|alert| {
            let topic = &alert.topic;
            same(topic.on.0, topic.rule, topic.period) && topic.stage.kind() != Kind::Notice && alert.to.court == *court
        });
        let runs = assessment.deadlines.iter().any(|deadline| {
            let on = assessment.timeline.entries()[deadline.opened_by].action.id.0;
            same(on, deadline.rule, deadline.period) && deadline.protective.done.is_none() && at <= deadline.earliest()
        });
        if stands || (row.kind == Kind::Notice && runs) {
            open.insert(row.told[0].id);
        }
    }
    open
}

async fn a_list_of_a_case_is_that_part_of_the_offices_list<S: CaseStore>(store: Arc<S>) {
    let told = cases(&store, 12).await;
    let office = prosecutor(&told);
    let (all, _) = listed(&*store, &asked(Seat::Prosecutor, &office)).await;
    for case in told.iter().filter_map(|told| told.first()).map(|stored| stored.case.clone()) {
        let of_case = AlertQuery { case: Some(case.clone()), ..asked(Seat::Prosecutor, &office) };
        let part: Vec<AlertRow> = all.iter().filter(|row| row.case == case).cloned().collect();
        assert_eq!(listed(&*store, &of_case).await.0, part, "{case}");
        let (everybody, _) = listed(&*store, &AlertQuery { office: None, ..of_case }).await;
        assert!(everybody.len() >= part.len());
    }
}

async fn a_reader_who_goes_away_ends_the_list<S: CaseStore>(store: Arc<S>) {
    let told = cases(&store, 12).await;
    let (book, mut taken) = (made::book(), 0);
    let shelf = Rulebooks::new(Arc::clone(&book), []);
    let speech = Wording { shelf: &shelf, book: &book, language: Language::En };
    let take = |_| {
        taken += 1;
        if taken == 3 { Err(Fault::unavailable("nobody reads")) } else { Ok(()) }
    };
    let outcome = each_row(&*store, &asked(Seat::Prosecutor, &prosecutor(&told)), speech, take).await;
    assert_eq!((outcome, taken), (Err(Fault::unavailable("nobody reads")), 3));
}

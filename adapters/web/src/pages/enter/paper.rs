//! `/enter/{action}`: the form of an action, and what becomes of it when it is sent.
//!
//! Invariant: a form is recorded on the version of the case that was previewed, or shown again with what changed. Whatever
//! happens, what was typed is shown again. A form sent twice counts once: it carries the action's id.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::request::Parts;
use engine::action::ActionName;
use engine::rulebook::Language;

use super::shown::{Show, show};
use super::work::{Unready, Work};
use super::{may_enter, saved};
use crate::answer::{Answer, no_such_page, store_is_away};
use crate::entry::names::{CORRECTS, DO, EDIT, LOOKED, MADE, MORE, RECORD, SWITCH, VERSION, of_query};
use crate::entry::prefill;
use crate::fields::Fields;
use crate::gate::Shut;
use crate::pages::login::keep_language;
use crate::site::Site;
use crate::visitor::Visitor;

/// `GET /enter/{action}`
pub async fn form(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(action): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
    parts: Parts,
) -> Answer {
    let language = visitor.language;
    let Some(name) = ActionName::from_word(&action).filter(|name| may_enter(&visitor, *name)) else {
        return no_such_page(language);
    };
    let fields: Fields = asked.into_iter().filter(|(name, _)| of_query(name)).collect();
    let mut work = Work { site: &site, visitor: &visitor, name, fields, parts: &parts };
    let known = match work.case_of_the_form().await {
        Ok(known) => known,
        Err(Shut::NotThere) => return no_such_page(language),
        Err(Shut::Away(fault)) => return store_is_away(&fault, language),
    };
    if !work.fields.text(CORRECTS).is_empty() {
        let corrected = known.as_ref().and_then(|known| work.corrected(&known.case));
        let Some(corrected) = corrected.filter(|action| action.name == name).cloned() else {
            return no_such_page(language);
        };
        let corrects = work.fields.text(CORRECTS).to_owned();
        work.fields = prefill::form(&corrected);
        work.fields.set(CORRECTS, corrects);
        work.fields.set(MADE, site.now().to_string());
    }
    work.begin();
    work.fill_in_own_office();
    show(&work, known.as_ref(), Show::Form)
}

/// `POST /enter/{action}`
pub async fn post(
    State(site): State<Arc<Site>>,
    mut visitor: Visitor,
    Path(action): Path<String>,
    parts: Parts,
    fields: Fields,
) -> Answer {
    let Some(language) = Language::from_word(fields.raw(SWITCH)) else {
        return sent(&site, &visitor, &action, &parts, fields).await;
    };
    // The language is switched by the form, so that nothing typed is lost.
    visitor.language = language;
    let mut answer = sent(&site, &visitor, &action, &parts, fields).await;
    keep_language(&site, &mut answer, language);
    answer
}

async fn sent(site: &Site, visitor: &Visitor, action: &str, parts: &Parts, fields: Fields) -> Answer {
    let language = visitor.language;
    let Some(name) = ActionName::from_word(action).filter(|name| may_enter(visitor, *name)) else {
        return no_such_page(language);
    };
    let mut work = Work { site, visitor, name, fields, parts };
    work.begin();
    let what = work.fields.text(DO).to_owned();
    let is_switched = !work.fields.raw(SWITCH).is_empty() && work.fields.raw(LOOKED).is_empty();
    if what == EDIT || what.starts_with(MORE) || is_switched {
        work.add_group(&what);
        let known = work.case_of_the_form().await.unwrap_or_default();
        return show(&work, known.as_ref(), Show::Form);
    }
    match work.ready().await {
        Ok(ready) if ready.foreseen.is_all_known() => saved::landing(&work, &ready.actions, 0),
        Ok(ready) if what == RECORD && (!ready.known.is_own || !work.fields.raw(VERSION).is_empty()) => {
            saved::save(&work, ready).await
        }
        Ok(ready) => show(&work, Some(&ready.known), Show::Difference { ready: &ready, moved: None, error: None }),
        Err(Unready::Flawed(known, flaws)) => show(&work, known.as_ref(), Show::Flaws(flaws)),
        Err(Unready::Away(fault)) => {
            tracing::warn!(%fault, "the store did not answer a form");
            show(&work, None, Show::Away)
        }
    }
}

//! A form that is worked on: what was typed, the case it is about, and what recording it would come to.
//!
//! Invariant: the same form gives the same actions whenever it is sent: their ids follow from the form's own.

use std::sync::Arc;

use axum::http::request::Parts;
use engine::action::{Action, ActionName, CaseRef, When};
use engine::case::Case;
use engine::decide::is_too_early;
use engine::json::Json;
use engine::rulebook::Language;
use projections::rights::{Act, Relation};
use projections::timeline::Personal;
use projections::view::Seat;
use service::queries::preview::{Foreseen, Question, foresee};
use store::Fault;
use uuid::Uuid;

use super::copy::to_copy;
use crate::entry::names::{self, CORRECTS, MADE, MORE, WHY};
use crate::entry::typed::{self, Flaw, MOST_GROUPS};
use crate::fields::Fields;
use crate::gate::{self, Shut};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::entry::Entry as W;

/// A form that is worked on.
pub struct Work<'w> {
    /// The site.
    pub site: &'w Site,
    /// Who works on it.
    pub visitor: &'w Visitor,
    /// The action.
    pub name: ActionName,
    /// What was typed.
    pub fields: Fields,
    /// The request's cookies.
    pub parts: &'w Parts,
}

/// The case of a form, as the visitor may know it.
#[derive(Clone)]
pub struct Known {
    /// The case; one without a record for an opening.
    pub case: Arc<Case>,
    /// Whether the office has it: a former office does not know what was recorded since.
    pub is_own: bool,
    /// Whether personal data are shown.
    pub personal: Personal,
}

/// A form that can be recorded.
pub struct Ready {
    /// The case.
    pub known: Known,
    /// The actions: the one of the form, and before it the withdrawal of the one that it corrects.
    pub actions: Vec<Action>,
    /// What they come to.
    pub foreseen: Foreseen,
    /// Of a duplicate that is voided: its reference, the case that it repeats, and how many actions that one lacks.
    pub to_copy: Option<(String, String, usize)>,
}

/// Why a form cannot be recorded.
pub enum Unready {
    /// It has flaws.
    Flawed(Option<Known>, Vec<Flaw>),
    /// The store did not answer.
    Away(Fault),
}

impl From<Fault> for Unready {
    fn from(fault: Fault) -> Self {
        Self::Away(fault)
    }
}

impl Work<'_> {
    /// The language of the visitor.
    pub const fn language(&self) -> Language {
        self.visitor.language
    }

    /// Gives the form what a new one has: an id, and the own office as the one that acted. An office that was left unchosen
    /// stays so.
    pub fn begin(&mut self) {
        if Uuid::try_parse(self.fields.text(names::ID)).is_err() {
            self.fields.set(names::ID, Uuid::new_v4().to_string());
        }
        if self.fields.all(names::BY).is_empty()
            && let Some(office) = self.visitor.office()
        {
            self.fields.set(names::BY, office.as_str());
        }
    }

    /// A case is opened for the own office, in the seat that it has.
    pub fn fill_in_own_office(&mut self) {
        let Some((office, seat)) = self.visitor.office().zip(self.visitor.role().seat()) else { return };
        let name = match seat {
            Seat::Court => "court",
            Seat::Prosecutor => "prosecutor",
            Seat::Investigator => "investigator",
            Seat::LegalAid => "legal_aid",
        };
        if self.name == ActionName::CaseOpened && self.fields.text(name).is_empty() {
            let code = office.to_string();
            self.fields.set(name, code);
        }
    }

    /// Adds a group to the list that the pressed button names.
    pub fn add_group(&mut self, what: &str) {
        let Some(list) = what.strip_prefix(MORE).and_then(|rest| rest.strip_prefix('.')) else { return };
        let next = typed::groups(&self.fields, list);
        if next < MOST_GROUPS {
            self.fields.add(format!("{list}.{next}.class"), "");
        }
    }

    /// The action that the form corrects, if it may be.
    pub fn corrected<'c>(&self, case: &'c Case) -> Option<&'c Action> {
        let id = Uuid::try_parse(self.fields.text(CORRECTS)).ok()?;
        case.withdrawable().find(|action| action.id.0 == id)
    }

    /// The case of the form; `None` if it names none yet, or opens one.
    ///
    /// # Errors
    /// If the visitor may not enter the action in it.
    pub async fn case_of_the_form(&self) -> Result<Option<Known>, Shut> {
        let reference = self.fields.text(names::CASE);
        if reference.is_empty() || self.name == ActionName::CaseOpened {
            return Ok(None);
        }
        let opened = gate::enter(self.site, self.visitor, reference, Act::Record(self.name)).await?;
        let personal = opened.personal(self.visitor);
        Ok(Some(Known { is_own: opened.relation == Relation::Own, personal, case: opened.case }))
    }

    /// Reads the form and foresees what it comes to.
    ///
    /// # Errors
    /// Why it cannot be recorded.
    pub async fn ready(&self) -> Result<Ready, Unready> {
        let language = self.language();
        let read = typed::action(self.name, &self.fields, language);
        let mut flaws = self.reasons();
        let known = match self.case_of_the_form().await {
            Ok(known) => known,
            Err(Shut::Away(fault)) => return Err(Unready::Away(fault)),
            Err(Shut::NotThere) => {
                flaws.push(Flaw::of(names::CASE, W::NoSuchCase, language));
                None
            }
        };
        let action = match (read, flaws.is_empty()) {
            (Ok(action), true) => action,
            (read, _) => {
                flaws.extend(read.err().unwrap_or_default());
                flaws.extend(self.in_the_future());
                return Err(Unready::Flawed(known, flaws));
            }
        };
        let known = match known {
            Some(known) => known,
            None => self.to_be_opened(&action.case).await?,
        };
        let actions = match self.withdrawal(&known.case) {
            None => vec![action],
            Some(Ok(withdrawal)) => vec![withdrawal, action],
            Some(Err(flaw)) => return Err(Unready::Flawed(Some(known), vec![flaw])),
        };
        let Some(sender) = self.visitor.sender() else { return Err(Unready::Flawed(None, Vec::new())) };
        let question = Question { sender: &sender, case: &known.case, actions: &actions, alerts: self.site.alerts() };
        let foreseen = foresee(&self.site.recorder, &self.site.book, &self.site.offices, &question).await?;
        let refused: Vec<Flaw> =
            foreseen.refused().flat_map(|(nth, flaws)| self.refused(nth, actions.len(), flaws)).collect();
        if !refused.is_empty() {
            return Err(Unready::Flawed(Some(known), refused));
        }
        let to_copy = self.to_copy(&known.case, actions.last()).await?;
        Ok(Ready { known, actions, foreseen, to_copy })
    }

    /// What the case that a voided duplicate repeats lacks, if the visitor may record there.
    async fn to_copy(&self, case: &Case, last: Option<&Action>) -> Result<Option<(String, String, usize)>, Fault> {
        let Some(to) = last.and_then(Action::same_as) else { return Ok(None) };
        match gate::enter(self.site, self.visitor, to.as_str(), Act::Record(ActionName::CaseVoided)).await {
            Ok(opened) if opened.relation == Relation::Own => {
                let many = to_copy(case, &opened.case).len();
                Ok(Some((case.reference().to_string(), to.to_string(), many)))
            }
            Ok(_) | Err(Shut::NotThere) => Ok(None),
            Err(Shut::Away(fault)) => Err(fault),
        }
    }

    /// The stream of a case that is to be opened. One that exists is not shown: the decision says that the reference is taken.
    async fn to_be_opened(&self, case: &CaseRef) -> Result<Known, Fault> {
        let case = self.site.log.load(case).await?;
        Ok(Known { case, is_own: false, personal: Personal::Shown })
    }

    /// The refusals of an action as flaws of the form. Those of the withdrawal belong to no field.
    fn refused(&self, nth: usize, of: usize, flaws: &engine::refusal::Flaws) -> Vec<Flaw> {
        let flaws = Flaw::all(flaws, self.language());
        if nth + 1 == of {
            return flaws;
        }
        flaws.into_iter().map(|flaw| Flaw { field: String::new(), ..flaw }).collect()
    }

    /// That the date lies in the future: said among the other flaws, before the decision would say it.
    fn in_the_future(&self) -> Option<Flaw> {
        let when = typed::when(&self.fields, self.language()).ok()??;
        is_too_early(when.first(), self.site.now()).then(|| Flaw::of(names::DATE, W::InTheFuture, self.language()))
    }

    /// A correction gives its reason.
    fn reasons(&self) -> Vec<Flaw> {
        let language = self.language();
        let lacks = |name: &str| self.fields.text(name).is_empty().then(|| Flaw::of(name, W::NeedsReason, language));
        let of_correction = (!self.fields.text(CORRECTS).is_empty()).then(|| lacks(WHY)).flatten();
        let of_withdrawal = (self.name == ActionName::ActionWithdrawn).then(|| lacks("reason")).flatten();
        of_correction.into_iter().chain(of_withdrawal).collect()
    }

    /// The withdrawal of the action that the form corrects. It is the same whenever the same form is sent.
    fn withdrawal(&self, case: &Case) -> Option<Result<Action, Flaw>> {
        if self.fields.text(CORRECTS).is_empty() {
            return None;
        }
        let id = Uuid::try_parse(self.fields.text(names::ID)).unwrap_or_default();
        let id = Uuid::new_v5(&id, b"withdrawal").to_string();
        let is_sent_again = case.actions().any(|action| action.id.0.to_string() == id);
        if self.corrected(case).is_none() && !is_sent_again {
            return Some(Err(Flaw::of("", W::NoSuchAction, self.language())));
        }
        let made = When::parse(self.fields.text(MADE)).filter(|made| made.last() <= self.site.now());
        let at = made.unwrap_or(When::Instant(self.site.now()));
        let office = self.visitor.office()?;
        let pairs = [
            ("action", ActionName::ActionWithdrawn.word()),
            ("case", self.fields.text(names::CASE)),
            ("id", &id),
            ("at", &at.to_string()),
            ("by", office.as_str()),
            ("withdraws", self.fields.text(CORRECTS)),
            ("reason", self.fields.text(WHY)),
        ];
        let pairs = pairs.iter().map(|(key, value)| ((*key).into(), Json::text(*value))).collect();
        Some(Action::from_json(Json::Object(pairs)).map_err(|_| Flaw::of("", W::NoSuchAction, self.language())))
    }
}

//! Compares a list of offices with the cases of a log: is each office of the kind in which the cases use it?

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::OfficeCode;
use projections::CaseView;
use store::{Fault, LogStore};

use super::{OfficeKind, Offices};

/// The offices that the cases of a log use, as which kind, and in how many cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used(BTreeMap<(OfficeCode, OfficeKind), u64>);

/// An office that cases use as one kind and the list has as another kind, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The office.
    pub office: OfficeCode,
    /// The kind as which cases use it.
    pub used_as: OfficeKind,
    /// In how many cases.
    pub cases: u64,
    /// Its kind by the list; `None`: the list does not have it.
    pub said: Option<OfficeKind>,
}

impl Used {
    /// The offices of all cases of a log.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn of(log: &dyn LogStore) -> Result<Self, Fault> {
        let used = Arc::new(Mutex::new(Self::default()));
        let taken = Arc::clone(&used);
        let take = move |view: CaseView| taken.lock().unwrap_or_else(PoisonError::into_inner).take(view);
        log.views(Box::new(take)).await?;
        Ok(std::mem::take(&mut used.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The offices, each with a kind as which cases use it.
    pub(super) fn all(&self) -> impl Iterator<Item = (&OfficeCode, OfficeKind)> {
        self.0.keys().map(|(office, kind)| (office, *kind))
    }

    fn take(&mut self, view: CaseView) {
        let of_case = [
            (Some(view.court), OfficeKind::Court),
            (Some(view.prosecutor), OfficeKind::Prosecutor),
            (Some(view.investigator), OfficeKind::Investigator),
            (view.legal_aid, OfficeKind::LegalAid),
        ];
        for (office, kind) in of_case {
            if let Some(office) = office {
                *self.0.entry((office, kind)).or_default() += 1;
            }
        }
    }
}

impl Offices {
    /// The contradictions between these offices and the cases.
    pub fn contradictions(&self, used: &Used) -> Vec<Contradiction> {
        let differs = |((office, used_as), cases): (&(OfficeCode, OfficeKind), &u64)| {
            let said = self.get(office).map(|office| office.kind);
            let contradiction = Contradiction { office: office.clone(), used_as: *used_as, cases: *cases, said };
            (said != Some(*used_as)).then_some(contradiction)
        };
        used.0.iter().filter_map(differs).collect()
    }
}

impl Contradiction {
    /// Whether the office is merely missing from the list; it is then shown by its code.
    pub const fn is_missing(&self) -> bool {
        self.said.is_none()
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { office, used_as, cases, said } = self;
        let used_as = used_as.word();
        let cases = if *cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
        match said {
            Some(said) => write!(f, "{office} is listed as {} but used as {used_as} in {cases}", said.word()),
            None => write!(f, "{office} is not among the offices but used as {used_as} in {cases}"),
        }
    }
}

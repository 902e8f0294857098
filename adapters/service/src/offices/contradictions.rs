//! What a list of offices says against what the cases of a log have them as.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::OfficeCode;
use projections::CaseView;
use store::{Fault, LogStore};

use super::{OfficeKind, Offices};

/// The offices that the cases of a log name, as what, and in how many cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used(BTreeMap<(OfficeCode, OfficeKind), u64>);

/// An office that a list doesn't know as what the cases have it as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The office.
    pub office: OfficeCode,
    /// What cases have it as.
    pub used_as: OfficeKind,
    /// In how many cases.
    pub cases: u64,
    /// What the list says that it is; none: the list doesn't know it.
    pub said: Option<OfficeKind>,
}

impl Used {
    /// The offices of all cases of a log.
    ///
    /// # Errors
    /// If the log can't be read.
    pub async fn of(log: &dyn LogStore) -> Result<Self, Fault> {
        let used = Arc::new(Mutex::new(Self::default()));
        let taken = Arc::clone(&used);
        let take = move |view: CaseView| taken.lock().unwrap_or_else(PoisonError::into_inner).take(view);
        log.views(Box::new(take)).await?;
        Ok(std::mem::take(&mut used.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The offices, each with what a case has it as.
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
    /// Where these offices are not what the cases have them as.
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
    /// Whether the list only lacks the office; it is then shown by its code.
    pub const fn is_missing(&self) -> bool {
        self.said.is_none()
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { office, used_as, cases, said } = self;
        let used_as = used_as.word();
        let cases = if *cases == 1 {
            "1 case of the log has it".to_owned()
        } else {
            format!("{cases} cases of the log have it")
        };
        match said {
            Some(said) => write!(f, "{office} is said to be of the kind {}, and {cases} as {used_as}", said.word()),
            None => write!(f, "{office} is not among the offices, and {cases} as {used_as}"),
        }
    }
}

//! Warnings about office codes in an action: unknown to the offices file, or of another kind.

use engine::action::{Action, OfficeCode};
use engine::refusal::{Code, Flaws, Refusal, nearest};

use super::{OfficeKind, Offices};

impl Offices {
    /// The warnings about an action's office codes. The office that acted (`by`) may be of any kind.
    pub fn doubts(&self, action: &Action) -> Flaws {
        let mut flaws = Flaws::new();
        flaws.extend(self.doubt("by", Some(&action.by), None));
        let kinds = [OfficeKind::Court, OfficeKind::Prosecutor, OfficeKind::Investigator, OfficeKind::LegalAid];
        flaws.extend(
            action
                .offices()
                .into_iter()
                .zip(kinds)
                .filter_map(|(code, kind)| self.doubt(kind.word(), code, Some(kind))),
        );
        flaws
    }

    fn doubt(&self, field: &str, code: Option<&OfficeCode>, kind: Option<OfficeKind>) -> Option<Refusal> {
        let code = code?;
        match self.get(code) {
            None => {
                let refusal = Refusal::new(Code::UnknownOffice).field(field).found(code.as_str());
                Some(match self.nearest(code, kind) {
                    Some(meant) => refusal.expected(meant),
                    None => refusal,
                })
            }
            Some(office) if kind.is_some_and(|kind| kind != office.kind) => {
                Some(Refusal::new(Code::OfficeOfAnotherKind).field(field).found(code.as_str()).expected(field))
            }
            Some(_) => {
                let successors = self.successors(code)?;
                Some(Refusal::new(Code::FormerOffice).field(field).found(code.as_str()).expected(successors))
            }
        }
    }

    /// The code that was probably meant, of the given kind if there is one.
    pub fn nearest(&self, code: &OfficeCode, kind: Option<OfficeKind>) -> Option<&str> {
        let of_the_kind = self.all().filter(|(_, office)| kind.is_none_or(|kind| office.kind == kind));
        nearest(code.as_str(), of_the_kind.map(|(code, _)| code.as_str()))
    }
}

//! Checks an office code in a query, so that a misspelt code is an error and not an empty list.

use engine::action::OfficeCode;
use engine::refusal::nearest;

use super::{OfficeKind, Offices, Used};

/// A code that is not the code of an office of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// It is unknown.
    Unknown {
        /// The code.
        office: OfficeCode,
        /// The code that was probably meant, of an office of that kind.
        nearest: Option<OfficeCode>,
    },
    /// It is an office of another kind.
    Other {
        /// The code.
        office: OfficeCode,
        /// Its kind.
        is: OfficeKind,
    },
}

impl Offices {
    /// What is wrong with the code `office`, if an office of the kind `asked` (or of any kind) is wanted; `None` if the
    /// list or the cases of a log have such an office.
    pub fn stranger(&self, office: &OfficeCode, asked: Option<OfficeKind>, used: &Used) -> Option<Stranger> {
        let all = || self.all().map(|(code, office)| (code, office.kind)).chain(used.all());
        let fits = |kind: OfficeKind| asked.is_none_or(|asked| asked == kind);
        let known: Vec<OfficeKind> = all().filter(|(code, _)| *code == office).map(|(_, kind)| kind).collect();
        match known.first() {
            Some(_) if known.iter().copied().any(fits) => None,
            Some(&is) => Some(Stranger::Other { office: office.clone(), is }),
            None => {
                let candidates = all().filter(|(_, kind)| fits(*kind)).map(|(code, _)| code.as_str());
                let nearest = nearest(office.as_str(), candidates).and_then(OfficeCode::new);
                Some(Stranger::Unknown { office: office.clone(), nearest })
            }
        }
    }
}

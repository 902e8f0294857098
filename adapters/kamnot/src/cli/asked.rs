//! Checks the office or case of a query: a misspelt code is an error and not an empty list.

use engine::action::{CaseRef, OfficeCode};
use engine::rulebook::Language;
use service::offices::{OfficeKind, Offices, Stranger, Used};
use service::shown::plain_lines;

use super::arguments::{Common, Whose};
use super::database::{Database, run as block_on};
use super::output::Failure;

/// The office named on the command line.
pub(super) fn office(whose: &Whose) -> Result<(OfficeKind, &OfficeCode), Failure> {
    // The command line parser requires exactly one.
    whose
        .office()
        .ok_or_else(|| Failure::Refused("give --prosecutor, --court, --investigator or --legal-aid".to_owned()))
}

/// Refuses a code that is unknown to the offices and the cases of the log, or that is of another kind of office.
pub(super) fn refuse_stranger(
    common: &Common,
    offices: &Offices,
    database: &Database,
    (kind, office): (Option<OfficeKind>, &OfficeCode),
) -> Result<(), Failure> {
    if offices.stranger(office, kind, &Used::default()).is_none() {
        return Ok(());
    }
    let used = block_on(async { Ok(Used::of(database.store.as_ref()).await?) })?;
    match offices.stranger(office, kind, &used) {
        Some(stranger) => Err(Failure::Refused(sentence(&stranger, offices, common.lang))),
        None => Ok(()),
    }
}

/// Refuses a case that is not in the log.
pub(super) fn refuse_absent_case(common: &Common, database: &Database, case: &CaseRef) -> Result<(), Failure> {
    let events = block_on(async { Ok(database.store.stream(case).await?) })?;
    if events.is_empty() { Err(no_such_case(common, case, "")) } else { Ok(()) }
}

/// The refusal of a case that is not in the log; `then` adds by when.
pub(super) fn no_such_case(common: &Common, case: &CaseRef, then: &str) -> Failure {
    let log = &common.db;
    Failure::Refused(format!("the log {log} holds no case {case}{then}; check the reference, or the log with --db"))
}

/// What to say of a code that is not in the list of offices; `None` if it is there. Used without a log.
pub(super) fn unlisted(common: &Common, offices: &Offices, office: &OfficeCode) -> Option<String> {
    let Some(Stranger::Unknown { nearest, .. }) = offices.stranger(office, None, &Used::default()) else {
        return None;
    };
    let lang = common.lang;
    let meant = nearest.map(|code| meant(&offices.name_and_code(&code, lang), lang)).unwrap_or_default();
    Some(match lang {
        Language::En => format!("{office} is not in the list of offices (`kamnot offices`, --offices FILE){meant}"),
        Language::Lo => format!("{office} ບໍ່ຢູ່ໃນບັນຊີອົງການ (`kamnot offices`, --offices FILE){meant}"),
    })
}

/// Refuses a code that is not in the list of offices.
pub(super) fn refuse_unlisted(common: &Common, offices: &Offices, office: &OfficeCode) -> Result<(), Failure> {
    unlisted(common, offices, office).map_or(Ok(()), |said| Err(Failure::Refused(said)))
}

/// Warns on standard error that a code is not in the list of offices.
pub(super) fn warn_of_unlisted(common: &Common, offices: &Offices, office: &OfficeCode) {
    if let Some(said) = unlisted(common, offices, office) {
        eprintln!("kamnot: {}", plain_lines(&said));
    }
}

/// Refuses a listed office of another kind than the one asked for: as that kind it gets nothing.
pub(super) fn refuse_other_kind(
    common: &Common,
    offices: &Offices,
    (kind, office): (OfficeKind, &OfficeCode),
) -> Result<(), Failure> {
    match offices.stranger(office, Some(kind), &Used::default()) {
        Some(stranger @ Stranger::Other { .. }) => Err(Failure::Refused(sentence(&stranger, offices, common.lang))),
        Some(Stranger::Unknown { .. }) | None => Ok(()),
    }
}

/// The message about a code that is unknown, or of another kind of office.
pub(super) fn sentence(stranger: &Stranger, offices: &Offices, lang: Language) -> String {
    match stranger {
        Stranger::Unknown { office, nearest } => {
            let meant = nearest.as_ref().map(|code| meant(&offices.name_and_code(code, lang), lang));
            let meant = meant.unwrap_or_default();
            match lang {
                Language::En => format!(
                    "no such office: {office} is neither in the list of offices (`kamnot offices`, --offices FILE) nor \
                     in any case of the log{meant}"
                ),
                Language::Lo => {
                    format!("ບໍ່ມີອົງການນີ້: {office} ບໍ່ຢູ່ໃນບັນຊີອົງການ (`kamnot offices`, --offices FILE) ແລະ ບໍ່ຢູ່ໃນຄະດີໃດ{meant}")
                }
            }
        }
        Stranger::Other { office, is } => {
            let name = offices.name_and_code(office, lang);
            let (what, option) = kind(*is, lang);
            match (lang, option) {
                (Language::En, Some(option)) => format!("{name} is {what}; give {option} {office}"),
                (Language::En, None) => format!("{name} is {what}, which has no cases of its own"),
                (Language::Lo, Some(option)) => format!("{name} ແມ່ນ{what}; ໃຫ້ໃຊ້ {option} {office}"),
                (Language::Lo, None) => format!("{name} ແມ່ນ{what} ຊຶ່ງບໍ່ມີຄະດີຂອງຕົນເອງ"),
            }
        }
    }
}

/// The end of a sentence: the code that was probably meant.
fn meant(nearest: &str, lang: Language) -> String {
    match lang {
        Language::En => format!("; did you mean {nearest}?"),
        Language::Lo => format!(". ທ່ານໝາຍເຖິງ {nearest} ບໍ?"),
    }
}

/// A kind of office in words, and the option that asks for one.
const fn kind(kind: OfficeKind, lang: Language) -> (&'static str, Option<&'static str>) {
    match (kind, lang) {
        (OfficeKind::Court, Language::En) => ("a court", Some("--court")),
        (OfficeKind::Court, Language::Lo) => ("ສານ", Some("--court")),
        (OfficeKind::Prosecutor, Language::En) => ("a prosecutor's office", Some("--prosecutor")),
        (OfficeKind::Prosecutor, Language::Lo) => ("ອົງການໄອຍະການປະຊາຊົນ", Some("--prosecutor")),
        (OfficeKind::Investigator, Language::En) => ("an investigation organisation", Some("--investigator")),
        (OfficeKind::Investigator, Language::Lo) => ("ອົງການສືບສວນ-ສອບສວນ", Some("--investigator")),
        (OfficeKind::LegalAid, Language::En) => ("a legal aid office", Some("--legal-aid")),
        (OfficeKind::LegalAid, Language::Lo) => ("ຫ້ອງການຊ່ວຍເຫຼືອທາງດ້ານກົດໝາຍ", Some("--legal-aid")),
        (OfficeKind::Mediation, Language::En) => ("a mediation unit", None),
        (OfficeKind::Mediation, Language::Lo) => ("ໜ່ວຍງານໄກ່ເກັ່ຍ", None),
    }
}

//! Which office a list is asked for, and that somebody knows it: a misspelt code is no empty list.

use engine::action::OfficeCode;
use engine::rulebook::Language;

use super::arguments::{Common, Whose};
use super::database::{Database, run as block_on};
use super::output::Failure;
use crate::offices::{Kind, Offices, Stranger, Used};
use crate::shown::plain_lines;

/// The one office that the command line names.
pub(super) fn office(whose: &Whose) -> Result<(Kind, &OfficeCode), Failure> {
    // The command line is refused before, unless one is named.
    whose
        .office()
        .ok_or_else(|| Failure::Refused("give --prosecutor, --court, --investigator or --legal-aid".to_owned()))
}

/// Refuses a code that neither the offices nor the cases of the log know, or know as another kind of office.
pub(super) fn refuse_stranger(
    common: &Common,
    offices: &Offices,
    database: &Database,
    (kind, office): (Option<Kind>, &OfficeCode),
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

/// Says on standard error that the list of offices doesn't know a code, or knows it as another kind of office, where there is
/// no log to ask.
pub(super) fn warn_of_stranger(common: &Common, offices: &Offices, (kind, office): (Kind, &OfficeCode)) {
    let said = match (offices.stranger(office, Some(kind), &Used::default()), common.lang) {
        (None, _) => return,
        (Some(Stranger::Unknown { office, nearest }), lang) => {
            let nearest = nearest.as_ref().map_or_else(String::new, |code| offices.name_and_code(code, lang));
            match lang {
                Language::En => {
                    format!("{office} is not in the list of offices (--offices FILE); did you mean {nearest}?")
                }
                Language::Lo => format!("{office} ບໍ່ຢູ່ໃນບັນຊີອົງການ (--offices FILE). ທ່ານໝາຍເຖິງ {nearest} ບໍ?"),
            }
        }
        (Some(stranger), lang) => sentence(&stranger, offices, lang),
    };
    eprintln!("kamnot: {}", plain_lines(&said));
}

/// What is said of a code that nobody knows, or knows as another kind of office.
pub(super) fn sentence(stranger: &Stranger, offices: &Offices, lang: Language) -> String {
    match stranger {
        Stranger::Unknown { office, nearest } => {
            let nearest = nearest.as_ref().map(|code| offices.name_and_code(code, lang));
            match lang {
                Language::En => {
                    let nearest = nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
                    format!(
                        "no such office: {office} is neither in the list of offices (`kamnot offices`, --offices FILE) \
                         nor in any case of the log{nearest}"
                    )
                }
                Language::Lo => {
                    let nearest = nearest.map_or_else(String::new, |nearest| format!(". ທ່ານໝາຍເຖິງ {nearest} ບໍ?"));
                    format!("ບໍ່ມີອົງການນີ້: {office} ບໍ່ຢູ່ໃນບັນຊີອົງການ (`kamnot offices`, --offices FILE) ແລະ ບໍ່ຢູ່ໃນຄະດີໃດ{nearest}")
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

/// A kind of office in words, and the option that asks for one.
const fn kind(kind: Kind, lang: Language) -> (&'static str, Option<&'static str>) {
    match (kind, lang) {
        (Kind::Court, Language::En) => ("a court", Some("--court")),
        (Kind::Court, Language::Lo) => ("ສານ", Some("--court")),
        (Kind::Prosecutor, Language::En) => ("a prosecutor's office", Some("--prosecutor")),
        (Kind::Prosecutor, Language::Lo) => ("ອົງການໄອຍະການປະຊາຊົນ", Some("--prosecutor")),
        (Kind::Investigator, Language::En) => ("an investigation organisation", Some("--investigator")),
        (Kind::Investigator, Language::Lo) => ("ອົງການສືບສວນ-ສອບສວນ", Some("--investigator")),
        (Kind::LegalAid, Language::En) => ("a legal aid office", Some("--legal-aid")),
        (Kind::LegalAid, Language::Lo) => ("ຫ້ອງການຊ່ວຍເຫຼືອທາງດ້ານກົດໝາຍ", Some("--legal-aid")),
        (Kind::Mediation, Language::En) => ("a mediation unit", None),
        (Kind::Mediation, Language::Lo) => ("ໜ່ວຍງານໄກ່ເກັ່ຍ", None),
    }
}

//! The program's own words in lists, in both languages. The words of the rules are in the rulebook.
//!
//! The Lao is ours; no lawyer has reviewed it.

use engine::breach::Breach;
use engine::case::Case;
use engine::handling::Deed;
use engine::rulebook::Language;

use crate::summary::Standing;
use crate::view::Seat;

/// Declares the labels: name, English, Lao.
macro_rules! labels {
    ($($name:ident: $en:literal, $lo:literal;)+) => {
        /// A word or two of the program's own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Label { $(#[doc = $en] $name),+ }

        impl Label {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The label in a language.
            pub const fn of(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::En) => $en, (Self::$name, Language::Lo) => $lo,)+
                }
            }
        }
    };
}

labels! {
    Case: "Case", "ຄະດີ";
    Remand: "in remand", "ຖືກກັກຂັງພາງ";
    Custody: "in custody", "ຖືກກັກຕົວ";
    Free: "free", "ບໍ່ຖືກກັກ";
    Closed: "case closed", "ປິດຄະດີແລ້ວ";
    Standing: "Standing", "ສະພາບ";
    Certain: "breach", "ເກີນ";
    Arguable: "arguable", "ອາດເກີນ";
    InOrder: "in order", "ປົກກະຕິ";
    NextLimit: "Next limit", "ກຳນົດຕໍ່ໄປ";
    WorstPassed: "Worst passed", "ກຳນົດທີ່ເກີນໜັກທີ່ສຸດ";
    HowSure: "How sure", "ຄວາມແນ່ນອນ";
    SurelyOver: "certain", "ເກີນແນ່ນອນ";
    ArguablyOver: "arguable", "ອາດເກີນ";
    Since: "since", "ນັບແຕ່";
    CertainAfter: "certain after", "ເກີນແນ່ນອນຫລັງ";
    DoneOn: "done", "ເຮັດແລ້ວ";
    EndedByClosing: "ended by closing the case, not done", "ສິ້ນສຸດຍ້ອນປິດຄະດີ, ບໍ່ໄດ້ປະຕິບັດ";
    ClosedOn: "ended by closing the case", "ສິ້ນສຸດຍ້ອນປິດຄະດີ";
    Time: "Time", "ເວລາ";
    TimeLeft: "Left", "ເວລາທີ່ຍັງເຫລືອ";
    HoursLeft: "Hours left", "ຍັງເຫລືອ (ຊມ)";
    TimeOver: "Over", "ເວລາທີ່ເກີນ";
    HoursOver: "Hours over", "ເກີນ (ຊມ)";
    EndedBy: "What ends it", "ສິ່ງທີ່ເຮັດໃຫ້ສິ້ນສຸດ";
    TakenBy: "Taken by, until", "ຜູ້ຮັບ, ຮອດ";
    TheOffice: "the office", "ຫ້ອງການ";
    Sealed: "sealed", "ປິດຜະນຶກແລ້ວ";
    Withheld: "not to be read: the key is missing", "ອ່ານບໍ່ໄດ້: ບໍ່ມີກະແຈ";
    Inbox: "To act on", "ສິ່ງທີ່ຕ້ອງຈັດການ";
    NothingToActOn: "Nothing to act on.", "ບໍ່ມີສິ່ງທີ່ຕ້ອງຈັດການ.";
    WasTaken: "taken", "ຮັບເອົາ";
    HandsOver: "handed over", "ມອບຕໍ່";
    GivesBack: "given back", "ສົ່ງຄືນ";
    Notes: "noted", "ຮັບຮູ້";
    Handling: "handling", "ການຈັດການ";
    Nobody: "nobody", "ບໍ່ມີໃຜ";
    Lapsed: "lapsed", "ໝົດເວລາແລ້ວ";
    Item: "Item", "ລາຍການ";
    Today: "Owed", "ສິ່ງທີ່ຕ້ອງເຮັດ";
    NothingOwed: "Nothing owed.", "ບໍ່ມີສິ່ງທີ່ຕ້ອງເຮັດ.";
    CaseCount: "case", "ຄະດີ";
    CasesCount: "cases", "ຄະດີ";
    OpenLimit: "open limit", "ກຳນົດທີ່ຍັງເປີດຢູ່";
    OpenLimits: "open limits", "ກຳນົດທີ່ຍັງເປີດຢູ່";
    Article: "Art.", "ມາດຕາ";
    OwedBy: "Owed by", "ຜູ້ຮັບຜິດຊອບ";
    Ends: "Ends", "ສິ້ນສຸດ";
    EndsProtective: "Ends, protective reading", "ສິ້ນສຸດ ຕາມແບບປົກປ້ອງເດັກ";
    EndsLenient: "Ends, lenient reading", "ສິ້ນສຸດ ຕາມແບບຜ່ອນຜັນ";
    Left: "left", "ຍັງເຫລືອ";
    Over: "over", "ເກີນ";
    LimitsCertain: "Limits certain", "ກຳນົດທີ່ເກີນແນ່ນອນ";
    LimitsArguable: "Limits arguable", "ກຳນົດທີ່ອາດເກີນ";
    FindingsCertain: "Findings certain", "ຂໍ້ບົກຜ່ອງແນ່ນອນ";
    FindingsArguable: "Findings arguable", "ຂໍ້ບົກຜ່ອງອາດໂຕ້ແຍ້ງໄດ້";
    NotOnRecord: "Not on record", "ບໍ່ມີການບັນທຶກ";
    Raised: "Raised", "ແຈ້ງເມື່ອ";
    Kind: "Kind", "ປະເພດ";
    Rule: "Rule", "ກົດເກນ";
    What: "What", "ເລື່ອງ";
    Text: "Text", "ຂໍ້ຄວາມ";
    OneNotice: "notice", "ການແຈ້ງ";
    Notices: "notices", "ການແຈ້ງ";
    OneFinding: "finding", "ຂໍ້ບົກຜ່ອງ";
    Findings: "findings", "ຂໍ້ບົກຜ່ອງ";
    And: "and", "ແລະ";
    Told: "Told", "ການແຈ້ງ";
    LastTold: "Last told", "ແຈ້ງຄັ້ງສຸດທ້າຍ";
    Open: "Open", "ຍັງຄ້າງຢູ່";
    Listens: "listening for alerts on", "ກຳລັງລໍຖ້າການແຈ້ງເຕືອນຈາກ";
    EndsByCtrlC: "Ctrl-C ends it", "ກົດ Ctrl-C ເພື່ອຢຸດ";
    LateRecord: "Recorded late", "ບັນທຶກຊ້າ";
    History: "history", "ປະຫວັດ";
    AsHistory: "History", "ປະຫວັດ";
    Yes: "yes", "ແມ່ນ";
    No: "no", "ບໍ່ແມ່ນ";
    Court: "Court", "ສານ";
    Prosecutor: "Prosecutor", "ໄອຍະການປະຊາຊົນ";
    Investigator: "Investigation", "ອົງການສືບສວນ-ສອບສວນ";
    LegalAid: "Legal aid", "ການຊ່ວຍເຫລືອທາງດ້ານກົດໝາຍ";
    At: "as of", "ໃນເວລາ";
    AsKnownOn: "as known on", "ຕາມທີ່ຮູ້ໃນວັນທີ";
    Entry: "Entry", "ລາຍການ";
    Action: "action", "ການກະທຳ";
    Deadline: "limit", "ກຳນົດເວລາ";
    Finding: "finding", "ຂໍ້ບົກຜ່ອງ";
    Alert: "alert", "ການແຈ້ງເຕືອນ";
    When: "When", "ເມື່ອໃດ";
    By: "By", "ໂດຍ";
    RecordedOn: "recorded", "ບັນທຶກເມື່ອ";
    RecordedBy: "recorded by", "ຜູ້ບັນທຶກ";
    Later: "later", "ພາຍຫລັງ";
    Withdrawn: "withdrawn", "ຖອນແລ້ວ";
    Unconfirmed: "not yet confirmed by a second person", "ຄົນທີສອງຍັງບໍ່ໄດ້ຢືນຢັນ";
    ConfirmedOn: "confirmed by a second person", "ຄົນທີສອງຢືນຢັນແລ້ວ";
    LaterThan: "not counted, later than", "ບໍ່ນັບ, ຫລັງ";
    NoCases: "No cases.", "ບໍ່ມີຄະດີ.";
    NoAlerts: "No alerts.", "ບໍ່ມີການແຈ້ງເຕືອນ.";
    CountsLegend: "Certain: under both readings of the law. Arguable: under the protective reading alone.", "ແນ່ນອນ: ຕາມການຕີຄວາມທັງສອງແບບ. ອາດເກີນ ຫລື ອາດໂຕ້ແຍ້ງໄດ້: ສະເພາະຕາມແບບປົກປ້ອງເດັກ.";
    EndsOrEnded: "Limit ends", "ກຳນົດສິ້ນສຸດ";
    Code: "Code", "ລະຫັດ";
    Name: "Name", "ຊື່";
    JuvenileCourt: "Juvenile court", "ສານເດັກ";
    JuvenilePanel: "Juvenile panel", "ຄະນະສານເດັກ";
    Mediation: "Mediation", "ການໄກ່ເກັ່ຍ";
    Hours: "h", "ຊມ";
    Minutes: "min", "ນທ";
    Seconds: "s", "ວິນາທີ";
    Days: "days", "ວັນ";
    Until: "until", "ຮອດ";
    ByProtective: "protective", "ແບບປົກປ້ອງເດັກ";
    ByLenient: "lenient", "ແບບຜ່ອນຜັນ";
    Docket: "Docket", "ບັນຊີຄະດີ";
    Alerts: "Alerts", "ການແຈ້ງເຕືອນ";
    Timeline: "Timeline", "ລຳດັບເຫດການ";
    Of: "of", "ຈາກ";
    Day: "day", "ວັນທີ";
    NoLimit: "no limit", "ບໍ່ມີກຳນົດ";
    Done: "done in time", "ທັນກຳນົດ";
    DoneLate: "done late", "ປະຕິບັດຊ້າ";
    StillOpen: "still open", "ຍັງບໍ່ທັນປະຕິບັດ";
    OverBy: "over by", "ເກີນ";
    Policy: "policy, not law", "ນະໂຍບາຍ ບໍ່ແມ່ນກົດໝາຍ";
    Running: "running", "ດຳເນີນຢູ່";
    Protective: "Protective reading", "ການຕີຄວາມແບບປົກປ້ອງເດັກ";
    Lenient: "Lenient reading", "ການຕີຄວາມແບບຜ່ອນຜັນ";
    LawsWords: "The law", "ຕົວບົດກົດໝາຍ";
    InEnglish: "In English (no official translation)", "ພາສາອັງກິດ (ບໍ່ແມ່ນຄຳແປທາງການ)";
    NoEnglish: "There is no English translation of this article here.", "ບໍ່ມີຄຳແປພາສາອັງກິດຂອງມາດຕານີ້.";
    Or: "or", "ຫລື";
    Limit: "Limit", "ກຳນົດເວລາ";
    Notice: "Notice before", "ແຈ້ງລ່ວງໜ້າ";
    AsApplied: "As the program applies it", "ວິທີທີ່ໂປຣແກຣມນຳໃຊ້";
    Questions: "What the law leaves open", "ສິ່ງທີ່ກົດໝາຍບໍ່ໄດ້ກຳນົດຊັດເຈນ";
    NothingFound: "found nothing, expected one action as a JSON object", "ບໍ່ພົບຫຍັງ, ຕ້ອງເປັນການກະທຳໜຶ່ງ ຄືວັດຖຸ JSON ໜຶ່ງອັນ";
    ImportForMany: "for many actions, one a line, use kamnot import", "ຖ້າມີຫລາຍການກະທຳ, ແຖວລະໜຶ່ງ, ໃຫ້ໃຊ້ kamnot import";
    Warning: "warning", "ຄຳເຕືອນ";
    NotReviewed: "Not reviewed by a lawyer.", "ຍັງບໍ່ໄດ້ຜ່ານການກວດຂອງນັກກົດໝາຍ.";
    ActionName: "Action", "ການກະທຳ";
    Field: "Field", "ຊ່ອງ";
    Fields: "Fields", "ຊ່ອງ";
    Takes: "Takes", "ຄ່າທີ່ໃສ່ໄດ້";
    ActionsLegend: "* required; + at least one of these is required. A field left out is not on record; that does not mean \"no\".", "* ຈຳເປັນ; + ຕ້ອງມີຢ່າງໜ້ອຍໜຶ່ງ. ຊ່ອງທີ່ບໍ່ໃສ່ ໝາຍຄວາມວ່າບໍ່ມີການບັນທຶກ, ບໍ່ແມ່ນ “ບໍ່”.";
    TakesCase: "1 to 64 of A-Z, a-z, 0-9, -, _", "1 ຫາ 64 ຕົວ: A-Z, a-z, 0-9, -, _";
    TakesId: "a UUID of 36 characters", "UUID 36 ຕົວອັກສອນ";
    TakesWhen: "2026-03-01T09:30:00+07:00, or 2026-03-01 if the time is not known", "2026-03-01T09:30:00+07:00, ຫລື 2026-03-01 ຖ້າບໍ່ຮູ້ໂມງ";
    TakesDay: "a date, 2026-03-01", "ວັນທີ, 2026-03-01";
    TakesOffice: "an office code, such as vte-prosecutor", "ລະຫັດຫ້ອງການ, ເຊັ່ນ vte-prosecutor";
    TakesText: "a text", "ຂໍ້ຄວາມ";
    TakesFlag: "true or false", "true ຫລື false";
    TakesCount: "a whole number from", "ຈຳນວນເຕັມ ແຕ່";
    TakesOffence: "a place in the opening, from 0, or an id", "ລຳດັບໃນການເປີດຄະດີ ນັບຈາກ 0, ຫລື ລະຫັດ";
    TakesAction: "an action; `kamnot actions` lists them", "ການກະທຳ; ຄຳສັ່ງ `kamnot actions` ສະແດງລາຍຊື່";
    TakesWord: "one of", "ໜຶ່ງໃນ";
    TakesWords: "a list of", "ລາຍການຈາກ";
    TakesObject: "an object, or a column for each of its fields", "ວັດຖຸ ຫລື ຖັນຂອງແຕ່ລະຊ່ອງ";
    TakesObjects: "a list of objects, or a column for each field, numbered from 0", "ລາຍການວັດຖຸ ຫລື ຖັນຂອງແຕ່ລະຊ່ອງ ນັບຈາກ 0";
    TakesYes: "yes to fill it in, null if there was none", "ແມ່ນ ເພື່ອໃສ່ຂໍ້ມູນ, null ຖ້າບໍ່ມີ";
    TakesYesNo: "yes or no", "ແມ່ນ ຫລື ບໍ່";
    AskIntroduction: "* is required; Enter leaves the others out; ? explains; Ctrl-C records nothing.", "* ຈຳເປັນ; ກົດ Enter ເພື່ອຂ້າມຊ່ອງອື່ນ; ? ອະທິບາຍ; Ctrl-C ບໍ່ບັນທຶກຫຍັງ.";
    AskRequired: "  this one is required", "  ຊ່ອງນີ້ຈຳເປັນ";
    AskAnother: "Another one?", "ມີອີກບໍ?";
    AskRecord: "Record it?", "ບັນທຶກບໍ?";
    AskNothing: "nothing was recorded", "ບໍ່ໄດ້ບັນທຶກຫຍັງ";
}

impl Label {
    /// The label as the heading of a column. The Lao has zero-width spaces between its words, at which it may be
    /// broken; the table removes them. Everywhere else [`Label::of`] is printed.
    pub const fn heading(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::NextLimit, Language::Lo) => "ກຳນົດ\u{200b}ຕໍ່ໄປ",
            (Self::WorstPassed, Language::Lo) => "ກຳນົດ\u{200b}ທີ່ເກີນ\u{200b}ໜັກ\u{200b}ທີ່ສຸດ",
            (Self::HowSure, Language::Lo) => "ຄວາມ\u{200b}ແນ່ນອນ",
            (Self::OwedBy, Language::Lo) => "ຜູ້\u{200b}ຮັບຜິດຊອບ",
            (Self::LimitsCertain, Language::Lo) => "ກຳນົດ\u{200b}ທີ່ເກີນ\u{200b}ແນ່ນອນ",
            (Self::LimitsArguable, Language::Lo) => "ກຳນົດ\u{200b}ທີ່\u{200b}ອາດເກີນ",
            (Self::FindingsCertain, Language::Lo) => "ຂໍ້ບົກຜ່ອງ\u{200b}ແນ່ນອນ",
            (Self::FindingsArguable, Language::Lo) => "ຂໍ້ບົກຜ່ອງ\u{200b}ອາດ\u{200b}ໂຕ້ແຍ້ງ\u{200b}ໄດ້",
            (Self::EndedBy, Language::Lo) => "ສິ່ງທີ່\u{200b}ເຮັດໃຫ້\u{200b}ສິ້ນສຸດ",
            (Self::EndsOrEnded, Language::Lo) => "ກຳນົດ\u{200b}ສິ້ນສຸດ",
            (Self::Limit, Language::Lo) => "ກຳນົດ\u{200b}ເວລາ",
            (Self::Told, Language::Lo) => "ການ\u{200b}ແຈ້ງ",
            (Self::ActionName, Language::Lo) => "ການ\u{200b}ກະທຳ",
            _ => self.of(language),
        }
    }
}

/// Why something personal in a case can't be read.
pub const fn withheld(case: &Case) -> Label {
    if case.sealed().is_some() { Label::Sealed } else { Label::Withheld }
}

/// Where the child is.
pub const fn standing(standing: Standing) -> Label {
    match standing {
        Standing::Remand => Label::Remand,
        Standing::Custody => Label::Custody,
        Standing::Free => Label::Free,
        Standing::Closed => Label::Closed,
    }
}

/// What is done about an alert.
pub const fn deed(deed: Deed) -> Label {
    match deed {
        Deed::Takes => Label::WasTaken,
        Deed::HandsOver => Label::HandsOver,
        Deed::GivesBack => Label::GivesBack,
        Deed::Notes => Label::Notes,
    }
}

/// The seat of an office in a case.
pub const fn seat(seat: Seat) -> Label {
    match seat {
        Seat::Court => Label::Court,
        Seat::Prosecutor => Label::Prosecutor,
        Seat::Investigator => Label::Investigator,
        Seat::LegalAid => Label::LegalAid,
    }
}

/// Whether the breach of a limit is certain or arguable.
pub const fn sure(breach: Option<Breach>) -> Label {
    match breach {
        Some(Breach::Certain) => Label::SurelyOver,
        Some(Breach::Arguable) => Label::ArguablyOver,
        None => Label::InOrder,
    }
}

/// The state of a case or a limit.
pub const fn breach(breach: Option<Breach>) -> Label {
    match breach {
        Some(Breach::Certain) => Label::Certain,
        Some(Breach::Arguable) => Label::Arguable,
        None => Label::InOrder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_its_label_with_places_to_break_it() {
        for label in Label::ALL {
            for language in [Language::En, Language::Lo] {
                assert_eq!(label.heading(language).replace('\u{200b}', ""), label.of(language), "{label:?}");
                assert!(!label.of(language).contains('\u{200b}'), "{label:?}");
            }
        }
    }
}

//! The questions that the law leaves open, their possible answers, and the readings, which answer each question.
//!
//! Invariant: the answers of a question are declared the most protective first.

use crate::words::words;

words! {
    /// Does the day of the event count as day 1?
    FirstDay { /// It does.
        Counted = "counted", /// It does not.
        NotCounted = "not_counted" }
}
words! {
    /// What is a month?
    Month { /// The shorter of a calendar month and thirty days.
        Shorter = "shorter", /// A calendar month.
        Calendar = "calendar" }
}
words! {
    /// How is an action counted if only its date is known?
    UnknownTime { /// Against the office: a clock starts at the first instant of the date, a discharge counts at the last.
        AgainstOffice = "against_office", /// For the office: a clock starts at the last, a discharge counts at the first.
        ForOffice = "for_office" }
}
words! {
    /// What starts the forty-eight hours of custody?
    CustodyFrom { /// The first deprivation of liberty.
        FirstDeprivation = "first_deprivation", /// The custody itself.
        Custody = "custody" }
}
words! {
    /// Does an earlier custody or remand in the same case use up the limit?
    RepeatDetention { /// It does.
        Cumulative = "cumulative", /// It does not.
        Fresh = "fresh" }
}
words! {
    /// What starts the remand month and the cap?
    RemandFrom { /// The first deprivation of liberty.
        FirstDeprivation = "first_deprivation", /// The order.
        Order = "order" }
}
words! {
    /// Where does the end of an extended period lie?
    ExtensionChain { /// At the earliest end that any way of counting gives.
        Shortest = "shortest", /// Whole periods after the order or start.
        FromOrder = "from_order" }
}
words! {
    /// What starts the thirty days of investigation?
    InvestigationFrom { /// The first step against the child.
        FirstStep = "first_step", /// The opening of the investigation.
        Opened = "opened" }
}
words! {
    /// Which end of the penalty range does "from three years up" test?
    ThreeYears { /// The minimum.
        Minimum = "minimum", /// The maximum.
        Maximum = "maximum" }
}
words! {
    /// What counts towards three summonses?
    Summonses { /// Three missed without a reason.
        ThreeMissed = "three_missed", /// Three served, the last one missed without a reason.
        ThreeServed = "three_served" }
}
words! {
    /// With several offences, at which one is the age of responsibility tested?
    AgeAt { /// At the earliest offence.
        EarliestOffence = "earliest_offence", /// At the latest offence.
        LatestOffence = "latest_offence" }
}
words! {
    /// Does a lawyer alone satisfy "parents, guardian or other protector"?
    LawyerAsProtector { /// No.
        No = "no", /// Yes.
        Yes = "yes" }
}
words! {
    /// Whose request for release starts the twenty-four hours?
    ReleaseRequestBy { /// Anyone's.
        Anyone = "anyone", /// That of a parent, guardian or relative.
        Family = "family" }
}
words! {
    /// What starts the second twenty-four hours?
    DecisionFrom { /// The request.
        Request = "request", /// Its receipt.
        Receipt = "receipt" }
}
words! {
    /// Must prosecution also follow within the mediation limit when mediation fails?
    FailedMediation { /// It must.
        ProsecutionToo = "prosecution_too", /// The outcome is enough.
        Outcome = "outcome" }
}
words! {
    /// What counts as bringing the case out for consideration?
    Hearing { /// A substantive hearing.
        Substantive = "substantive", /// Any hearing.
        Opened = "opened" }
}
words! {
    /// Does a remand without a written order end the forty-eight hours?
    RemandOrder { /// No: only a remand with a written order does.
        Written = "written", /// Yes: any remand does.
        Any = "any" }
}
words! {
    /// When does a lower cap bind after a reclassification?
    LowerCap { /// From the start of the remand.
        FromStart = "from_start", /// From the reclassification.
        FromReclassification = "from_reclassification" }
}

/// One reading: an answer to each question that the law leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is a question; its type says which")]
pub struct Choices {
    pub first_day: FirstDay,
    pub month: Month,
    pub unknown_time: UnknownTime,
    pub custody_from: CustodyFrom,
    pub repeat_detention: RepeatDetention,
    pub remand_from: RemandFrom,
    pub extension_chain: ExtensionChain,
    pub investigation_from: InvestigationFrom,
    pub three_years: ThreeYears,
    pub summonses: Summonses,
    pub age_at: AgeAt,
    pub lawyer_as_protector: LawyerAsProtector,
    pub release_request_by: ReleaseRequestBy,
    pub decision_from: DecisionFrom,
    pub failed_mediation: FailedMediation,
    pub hearing: Hearing,
    pub remand_order: RemandOrder,
    pub lower_cap: LowerCap,
}

impl Choices {
    /// Every question with the word of its answer, in the order of the table.
    pub fn answers(&self) -> [(&'static str, &'static str); 18] {
        [
            ("first_day", self.first_day.word()),
            ("month", self.month.word()),
            ("unknown_time", self.unknown_time.word()),
            ("custody_from", self.custody_from.word()),
            ("repeat_detention", self.repeat_detention.word()),
            ("remand_from", self.remand_from.word()),
            ("extension_chain", self.extension_chain.word()),
            ("investigation_from", self.investigation_from.word()),
            ("three_years", self.three_years.word()),
            ("summonses", self.summonses.word()),
            ("age_at", self.age_at.word()),
            ("lawyer_as_protector", self.lawyer_as_protector.word()),
            ("release_request_by", self.release_request_by.word()),
            ("decision_from", self.decision_from.word()),
            ("failed_mediation", self.failed_mediation.word()),
            ("hearing", self.hearing.word()),
            ("remand_order", self.remand_order.word()),
            ("lower_cap", self.lower_cap.word()),
        ]
    }
}

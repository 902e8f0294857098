//! The law as data: every rule with its article, its words, its limit, and the two readings.
//!
//! Invariant: a `Rulebook` has every rule, or lists the rule as one that it lacks. It answers every question under both
//! readings, and no protective answer is more lenient than the lenient one. Limits, thresholds, the grace of "at once" and
//! caps come from here and are written nowhere else.

mod digest;
mod keys;
mod law;
mod load;
mod period;
mod questions;
mod shelf;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;

pub use digest::Digest;
pub use keys::KEYS;
pub use load::Flaw;
pub use period::Period;
pub use questions::*;
pub use shelf::Rulebooks;

use crate::words::words;

/// The rulebook of Law 05/NA that comes with the program.
pub const LAW_05_NA_2006: &str = include_str!("../rulebooks/law-05-na-2006.toml");

words! {
    /// The rules of the law: 13 time limits, then 33 conditions, each group in the order of the articles' table.
    RuleId {
        /// Art. 59(4): an interview lasts at most ninety minutes.
        Interview90Min = "interview-90min",
        /// Art. 62: custody lasts at most forty-eight hours.
        Custody48h = "custody-48h",
        /// Art. 62(2): the investigator notifies the parents at once.
        ParentsNotified = "parents-notified",
        /// Art. 59(5): the investigation ends within thirty days, thirty more for each extension.
        Investigation30d = "investigation-30d",
        /// Art. 58(2): the investigator's mediation ends within thirty days.
        InvestigatorMediation30d = "investigator-mediation-30d",
        /// Art. 64: a remand lasts at most one month, one more for each extension.
        RemandTerm = "remand-term",
        /// Art. 64: a remand lasts at most four months (major offence) or eight (crime) in all.
        RemandCap = "remand-cap",
        /// Art. 65: the investigator gives an opinion on a request for release within twenty-four hours.
        ReleaseOpinion24h = "release-opinion-24h",
        /// Art. 65: the prosecutor or court decides on a request for release within twenty-four hours.
        ReleaseDecision24h = "release-decision-24h",
        /// Art. 65: the child is released at once after the decision.
        ReleaseAtOnce = "release-at-once",
        /// Art. 67: the prosecutor decides within ten days from the receipt of the case file.
        Prosecutor10d = "prosecutor-10d",
        /// Art. 67: the prosecutor's mediation ends within thirty days from the receipt of the case file.
        ProsecutorMediation30d = "prosecutor-mediation-30d",
        /// Art. 71: the court brings the case out for consideration within fifteen days.
        Court15d = "court-15d",
        /// Art. 50.
        AgeOfResponsibility = "age-of-responsibility",
        /// Art. 52, 66(3).
        DiversionFirst = "diversion-first",
        /// Art. 57(2).
        MediationAttended = "mediation-attended",
        /// Art. 57(1).
        MediationGrounds = "mediation-grounds",
        /// Art. 59(2).
        InterviewAttended = "interview-attended",
        /// Art. 59(3).
        InterviewRoom = "interview-room",
        /// Art. 59(5).
        InvestigationExtensionAgreed = "investigation-extension-agreed",
        /// Art. 61.
        ThreeSummonses = "three-summonses",
        /// Art. 61.
        BroughtInWithParents = "brought-in-with-parents",
        /// Art. 62.
        CustodyGrounds = "custody-grounds",
        /// Art. 62(6).
        CustodyPlace = "custody-place",
        /// Art. 62(1).
        CustodyDutiesRightsTold = "custody-duties:rights_told",
        /// Art. 62(2).
        CustodyDutiesParentsNotified = "custody-duties:parents_notified",
        /// Art. 62(4).
        CustodyDutiesMedicalCheck = "custody-duties:medical_check",
        /// Art. 63.
        ArrestOrder = "arrest-order",
        /// Art. 63.
        ArrestGrounds = "arrest-grounds",
        /// Art. 64(1).
        RemandOrder = "remand-order",
        /// Art. 64(1).
        RemandGrounds = "remand-grounds",
        /// Art. 63(2), 64.
        RemandMinorOffence = "remand-minor-offence",
        /// Art. 64.
        RemandExtensionLate = "remand-extension-late",
        /// Art. 64.
        RemandExtensionLength = "remand-extension-length",
        /// Art. 64.
        RemandExtensionPastCap = "remand-extension-past-cap",
        /// Art. 64.
        RemandExtensionGround = "remand-extension-ground",
        /// Art. 64(2).
        VisitsAllowed = "visits-allowed",
        /// Art. 65.
        ProvisionalReleaseCrime = "provisional-release-crime",
        /// Art. 65.
        BailUnlessNecessary = "bail-unless-necessary",
        /// Art. 70(1).
        HearingClosed = "hearing-closed",
        /// Art. 70(2).
        HearingChildHeard = "hearing-child-heard",
        /// Art. 70(3).
        HearingLanguage = "hearing-language",
        /// Art. 70(4).
        HearingDefence = "hearing-defence",
        /// Art. 72.
        ForbiddenSentence = "forbidden-sentence",
        /// Art. 72.
        ImprisonmentLastResort = "imprisonment-last-resort",
        /// Art. 74.
        TrainingCentre = "training-centre",
    }
}

impl RuleId {
    /// How many of the rules are time limits. They come first.
    pub const LIMITS: usize = 13;

    /// Whether the law gives no number for this limit ("at once"). Its length is then the program's policy, not law.
    pub const fn is_policy(self) -> bool {
        matches!(self, Self::ParentsNotified | Self::ReleaseAtOnce)
    }

    /// Whether this rule is a time limit; otherwise it is a condition.
    pub const fn is_limit(self) -> bool {
        (self as usize) < Self::LIMITS
    }
}

words! {
    /// The two readings of every question that the law leaves open.
    Reading {
        /// Every open question answered the way that protects the child most.
        Protective = "protective",
        /// Every open question answered the way that gives the office the most time.
        Lenient = "lenient",
    }
}

words! {
    /// Who owes a duty. Where the page of the rules says "see Remand", the order on record decides.
    Role {
        /// The investigation organisation.
        Investigator = "investigator",
        /// The people's prosecutor.
        Prosecutor = "prosecutor",
        /// The juvenile court or the juvenile panel of a people's court.
        Court = "court",
    }
}

/// The numbers that the rules read. Each comes from the key of the rulebook file that its comment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// `interview-90min.limit`
    pub interview: Period,
    /// `custody-48h.limit`
    pub custody: Period,
    /// `custody-48h.joined_by_bringing_in_within`: how long before the taking a bringing-in may be to begin the episode.
    pub bringing_in_joins: Period,
    /// `investigation-30d.limit`
    pub investigation: Period,
    /// `investigation-30d.extension`
    pub investigation_extension: Period,
    /// `investigator-mediation-30d.limit`
    pub investigator_mediation: Period,
    /// `remand-term.limit`
    pub remand: Period,
    /// `remand-term.extension`
    pub remand_extension: Period,
    /// `remand-cap.major`
    pub cap_major: Period,
    /// `remand-cap.crime`
    pub cap_crime: Period,
    /// `release-opinion-24h.limit`
    pub release_opinion: Period,
    /// `release-decision-24h.limit`: from the receipt of the request.
    pub release_decision: Period,
    /// `release-decision-24h.from_request`: from the request, under the protective reading.
    pub release_decision_from_request: Period,
    /// `prosecutor-10d.limit`
    pub prosecutor: Period,
    /// `prosecutor-mediation-30d.limit`
    pub prosecutor_mediation: Period,
    /// `court-15d.limit`
    pub court: Period,
    /// `[policy] at_once`: the grace for "at once"; policy, not law.
    pub at_once: Period,
    /// `age-of-responsibility.years`
    pub responsible_age: u32,
    /// `[scope] adult_age` (Art. 2(1)).
    pub adult_age: u32,
    /// `[scope] grave_penalty_months`: "from three years up" (Art. 52, 62, 63).
    pub grave_penalty_months: u32,
    /// `three-summonses.count`
    pub summonses: u32,
    /// `remand-extension-length.months`
    pub extension_months: u32,
}

/// A sentence in the two languages of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: String,
    /// Lao.
    pub lo: String,
}

words! {
    /// The languages of the program.
    Language {
        /// English.
        En = "en",
        /// Lao.
        Lo = "lo",
    }
}

impl Text {
    /// The sentence in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Lo => &self.lo,
        }
    }
}

/// The words of the law behind a rule, verbatim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The article that contains the words, such as `59(4)`.
    pub article: String,
    /// The Lao words.
    pub lo: String,
}

/// One rule as the file states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which rule.
    pub id: RuleId,
    /// The article as printed in assessments, such as `62(2)`.
    pub article: String,
    /// The law's own words, from one or more articles.
    pub law: Vec<Quote>,
    /// What the rule asks, in one sentence. Its Lao is ours, not the law's; no lawyer has reviewed it.
    pub sentence: Text,
    /// A name of a few words, for lists.
    pub name: Text,
    /// Who owes the duty, in words for the reader (`owed_by` in the file).
    pub owed_by: String,
    /// The leads of the notices before the limit, longest first. Empty for a condition.
    pub warn_before: Vec<Period>,
}

/// The law as data, checked on load.
#[derive(Clone, Debug, PartialEq)]
pub struct Rulebook {
    /// The name of the rulebook, such as `law-05-na-2006`.
    pub id: String,
    /// The digest of the file's bytes.
    pub digest: Digest,
    /// The file's text, which the log keeps.
    pub source: String,
    /// The law that it encodes.
    pub title: Text,
    /// Its legal basis and standing.
    pub basis: Text,
    /// The first day on which that law is in force.
    pub in_force_from: NaiveDate,
    /// The last day on which that law is in force; `None` while it is.
    pub in_force_until: Option<NaiveDate>,
    /// The time of day at which a notice with a lead in days is given: seconds after midnight, Vientiane time.
    pub notice_hour: i64,
    /// The numbers of the rules.
    pub numbers: Numbers,
    /// The protective reading.
    pub protective: Choices,
    /// The lenient reading.
    pub lenient: Choices,
    rules: Vec<Rule>,
    /// The rules that the file lacks. They raise no alert.
    lacks: BTreeSet<RuleId>,
    texts: BTreeMap<String, Text>,
}

impl Rulebook {
    /// Reads and checks a rulebook file's text.
    ///
    /// # Errors
    /// The first flaw: its line, what was found, and what was expected.
    pub fn parse(source: &str) -> Result<Self, Flaw> {
        load::rulebook(source)
    }

    /// Reads a rulebook that a log keeps, which may be from before a rule or a key was known. A rule that it lacks raises no
    /// alert. For any other key that it lacks, the value of the program's own rulebook is used.
    ///
    /// # Errors
    /// Like [`Rulebook::parse`], for what the file contains.
    pub fn stored(source: &str) -> Result<Self, Flaw> {
        Self::parse(source).or_else(|_| load::stored(source))
    }

    /// The rulebook of Law 05/NA of 2006 that comes with the program.
    pub fn law_05_na_2006() -> Self {
        Self::parse(LAW_05_NA_2006).expect("the rulebook in the program is checked by its tests")
    }

    /// The rule with this id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id as usize]
    }

    /// All rules, time limits first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The answers of one reading.
    pub const fn choices(&self, reading: Reading) -> &Choices {
        match reading {
            Reading::Protective => &self.protective,
            Reading::Lenient => &self.lenient,
        }
    }

    /// Whether this rulebook has the rule. One that a log keeps may be from before the rule was known.
    pub fn has(&self, id: RuleId) -> bool {
        !self.lacks.contains(&id)
    }

    /// The rules that this program knows and this rulebook lacks.
    pub fn lacks(&self) -> impl Iterator<Item = RuleId> + '_ {
        self.lacks.iter().copied()
    }

    /// The template of an explaining sentence (table `texts` of the file), with placeholders such as `{date}`.
    /// The check on load ensures that every key in [`KEYS`] has one. For any other key the template is `?`.
    pub fn text(&self, key: &str) -> &Text {
        static UNKNOWN: LazyLock<Text> = LazyLock::new(|| Text { en: "?".to_owned(), lo: "?".to_owned() });
        self.texts.get(key).unwrap_or(&UNKNOWN)
    }

    /// The text of a key, if this program knows the key. For keys built from a word in a record.
    pub fn known_text(&self, key: &str) -> Option<&Text> {
        self.texts.get(key)
    }
}

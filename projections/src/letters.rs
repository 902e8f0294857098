//! What goes out by mail and to webhooks, in words, and why it could not go out.
//!
//! Invariant: a letter names case references and offices, and nothing of a child (Art. 85).
//!
//! The Lao is ours; no lawyer has reviewed it.

use std::fmt::{self, Write as _};

use chrono::NaiveDate;
use engine::action::{CaseRef, OfficeCode};
use engine::alert::Kind;
use engine::case::Event;
use engine::json::Json;
use engine::rulebook::{Language, Rulebook};
use uuid::Uuid;

use crate::catalogue::Word as _;
use crate::message;
use crate::snapshot::LimitAt;
use crate::today::Duty;
use crate::words_of_time::{full_day, instant, left};

/// The most duties that a digest lists; how many more there are, it says.
const MOST_DUTIES: usize = 200;

crate::catalogue! {
    /// Words of letters, and of what went wrong with them.
    Word {
        Notice: "notice", "ແຈ້ງກ່ອນກຳນົດ";
        Arguable: "arguable", "ອາດເກີນ";
        Breach: "breach", "ເກີນກຳນົດ";
        Settled: "settled", "ເຮັດແລ້ວ";
        Withdrawn: "withdrawn", "ຖອນຄືນ";
        Escalated: "escalated", "ສົ່ງຂຶ້ນຂັ້ນເທິງ";
        Case: "Case", "ຄະດີ";
        Article: "Article", "ມາດຕາ";
        Alert: "Alert", "ການແຈ້ງເຕືອນ";
        Foot: "This message names no child. What is known of the case stands on the pages of kamnot.", "ຂໍ້ຄວາມນີ້ບໍ່ກ່າວເຖິງເດັກຜູ້ໃດ. ຂໍ້ມູນຂອງຄະດີຢູ່ໃນໜ້າຂອງ kamnot.";
        Digest: "what {office} owes on {day}", "ສິ່ງທີ່ {office} ຕ້ອງເຮັດ ວັນທີ {day}";
        DigestSubject: "{number} open limits, {over} over ({office})", "{number} ກຳນົດທີ່ເປີດຢູ່, ເກີນ {over} ({office})";
        Nothing: "Nothing: no limit is open.", "ບໍ່ມີ: ບໍ່ມີກຳນົດທີ່ເປີດຢູ່.";
        More: "and {number} more", "ແລະ ອີກ {number}";
        Unread: "{number} cases could not be read; tell the operator.", "ອ່ານບໍ່ໄດ້ {number} ຄະດີ; ແຈ້ງຜູ້ດູແລລະບົບ.";
        TestSubject: "a test ({office})", "ການທົດລອງ ({office})";
        Test: "This is a test. Alerts of {office} will arrive like this.", "ນີ້ແມ່ນການທົດລອງ. ການແຈ້ງເຕືອນຂອງ {office} ຈະມາແບບນີ້.";
        Unreachable: "no connection", "ເຊື່ອມຕໍ່ບໍ່ໄດ້";
        UnknownHost: "the host's name is not known", "ບໍ່ຮູ້ຈັກຊື່ເຄື່ອງແມ່ຂ່າຍ";
        Slow: "no answer in time", "ບໍ່ຕອບທັນເວລາ";
        NoEncryption: "TLS failed", "ການເຂົ້າລະຫັດ TLS ບໍ່ສຳເລັດ";
        Dropped: "the connection broke off before the answer", "ການເຊື່ອມຕໍ່ຂາດກ່ອນຄຳຕອບ";
        Refused: "refused with code {code}", "ຖືກປະຕິເສດດ້ວຍລະຫັດ {code}";
        Redirected: "answered with a redirect ({code}), which is not followed", "ຕອບໃຫ້ໄປບ່ອນອື່ນ ({code}), ບໍ່ຕິດຕາມໄປ";
        Inside: "leads to an address inside a network, which --webhook-allow does not list", "ນຳໄປຫາທີ່ຢູ່ໃນເຄືອຂ່າຍພາຍໃນ ທີ່ --webhook-allow ບໍ່ໄດ້ລະບຸ";
        NoServer: "kamnot serve runs without --smtp", "kamnot serve ແລ່ນໂດຍບໍ່ມີ --smtp";
        NoKey: "its key cannot be opened under this --web-secrets; make a new one", "ເປີດກະແຈດ້ວຍ --web-secrets ນີ້ບໍ່ໄດ້; ສ້າງກະແຈໃໝ່";
        Unwritable: "the address cannot be used", "ທີ່ຢູ່ນີ້ໃຊ້ບໍ່ໄດ້";
    }
}

/// Why a letter did not go out. The next attempt may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection.
    Unreachable,
    /// The name of the host is not known.
    UnknownHost,
    /// No answer in time.
    Slow,
    /// TLS failed.
    NoEncryption,
    /// The connection broke off before the answer: it may have been taken.
    Dropped,
    /// Refused, with the code of SMTP or HTTP.
    Refused(u16),
    /// Answered with a redirect, which is not followed.
    Redirected(u16),
    /// The host leads to addresses of a private network alone.
    Inside,
    /// No mail server is configured.
    NoServer,
    /// The key of the webhook cannot be opened.
    NoKey,
    /// The address cannot stand in a message.
    Unwritable,
}

impl Trouble {
    /// Those without a code, with their words in the database.
    const PLAIN: [(Self, &'static str, Word); 9] = [
        (Self::Unreachable, "unreachable", Word::Unreachable),
        (Self::UnknownHost, "unknown-host", Word::UnknownHost),
        (Self::Slow, "slow", Word::Slow),
        (Self::NoEncryption, "tls", Word::NoEncryption),
        (Self::Dropped, "dropped", Word::Dropped),
        (Self::Inside, "inside", Word::Inside),
        (Self::NoServer, "no-server", Word::NoServer),
        (Self::NoKey, "no-key", Word::NoKey),
        (Self::Unwritable, "unwritable", Word::Unwritable),
    ];

    /// The trouble that [`Display`](fmt::Display) wrote.
    pub fn of_word(text: &str) -> Option<Self> {
        if let Some((word, code)) = text.split_once(' ') {
            let code = code.parse().ok()?;
            return match word {
                "refused" => Some(Self::Refused(code)),
                "redirected" => Some(Self::Redirected(code)),
                _ => None,
            };
        }
        Self::PLAIN.iter().find(|(_, word, _)| *word == text).map(|(trouble, ..)| *trouble)
    }

    /// What went wrong, for an operator.
    pub fn sentence(self, language: Language) -> String {
        match self {
            Self::Refused(code) => Word::Refused.filled(language, &[("code", &code.to_string())]),
            Self::Redirected(code) => Word::Redirected.filled(language, &[("code", &code.to_string())]),
            plain => {
                let of = Self::PLAIN.iter().find(|(trouble, ..)| *trouble == plain);
                of.map_or_else(String::new, |(.., word)| word.of(language).to_owned())
            }
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => write!(f, "refused {code}"),
            Self::Redirected(code) => write!(f, "redirected {code}"),
            plain => {
                let of = Self::PLAIN.iter().find(|(trouble, ..)| trouble == plain);
                f.write_str(of.map_or("", |(_, word, _)| word))
            }
        }
    }
}

/// The word for a kind of alert.
pub const fn kind(kind: Kind) -> Word {
    match kind {
        Kind::Notice => Word::Notice,
        Kind::Arguable => Word::Arguable,
        Kind::Breach => Word::Breach,
        Kind::Settled => Word::Settled,
        Kind::Withdrawn => Word::Withdrawn,
        Kind::Escalated => Word::Escalated,
    }
}

/// A letter: what stands in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// An alert event as a letter; `None` for any other event.
pub fn alert(case: &CaseRef, event: &Event, book: &Rulebook, language: Language) -> Option<Letter> {
    let (alert, of_kind) = event.fact.alert()?;
    let (rule, of_kind) = (alert.topic.rule, kind(of_kind).of(language));
    let text = message::text(case, event, book, language)?;
    let name = book.name(&rule, language);
    let (article, number) = (Word::Article.of(language), book.article(&rule));
    let body = format!(
        "{text}\n\n{}: {case}\n{name}, {article} {number}\n{}: {}\n\n{}\n",
        Word::Case.of(language),
        Word::Alert.of(language),
        event.id(case),
        Word::Foot.of(language),
    );
    Some(Letter { subject: format!("kamnot: {of_kind}, {case}"), body })
}

/// What an office owes, to be told on a morning.
pub struct Digest<'d> {
    /// The office's code.
    pub office: &'d OfficeCode,
    /// The office's name.
    pub name: &'d str,
    /// The day.
    pub day: NaiveDate,
    /// Its duties by the hours left.
    pub duties: &'d [Duty],
    /// How many cases could not be read.
    pub unread: usize,
}

impl Digest<'_> {
    /// How many limits are over.
    fn over(&self) -> usize {
        self.duties.iter().filter(|duty| duty.limit.left < 0).count()
    }

    /// As a letter.
    pub fn letter(&self, book: &Rulebook, language: Language) -> Letter {
        let day = full_day(self.day, language);
        let head = Word::Digest.filled(language, &[("office", self.name), ("day", &day)]);
        let mut body = format!("{head}\n\n");
        if self.duties.is_empty() {
            let _ = writeln!(body, "{}", Word::Nothing.of(language));
        }
        for Duty { case, limit, .. } in self.duties.iter().take(MOST_DUTIES) {
            let LimitAt { rule, article, end, left: seconds, .. } = limit;
            let (left, end) = (left(book, language, *seconds), instant(*end, language));
            let (name, of) = (book.name(rule, language), Word::Article.of(language));
            let _ = writeln!(body, "{left}: {case}, {name} ({of} {article}), {end}");
        }
        if let Some(more) = self.duties.len().checked_sub(MOST_DUTIES).filter(|more| *more > 0) {
            let _ = writeln!(body, "{}", Word::More.filled(language, &[("number", &more.to_string())]));
        }
        if self.unread > 0 {
            let number = self.unread.to_string();
            let _ = writeln!(body, "\n{}", Word::Unread.filled(language, &[("number", &number)]));
        }
        let _ = writeln!(body, "\n{}", Word::Foot.of(language));
        let (number, over) = (self.duties.len().to_string(), self.over().to_string());
        let values = [("number", &*number), ("over", &over), ("office", self.office.as_str())];
        Letter { subject: format!("kamnot: {}", Word::DigestSubject.filled(language, &values)), body }
    }

    /// As the data of a CloudEvents object.
    pub fn data(&self) -> Json<'_> {
        let duty = |Duty { case, limit, .. }: &Duty| {
            Json::Object(vec![
                ("case".into(), Json::text(case.to_string())),
                ("rule".into(), Json::text(limit.rule.to_string())),
                ("article".into(), Json::text(limit.article.clone())),
                ("end".into(), Json::text(limit.end.to_string())),
                ("seconds_left".into(), Json::Number(limit.left)),
            ])
        };
        let duties = self.duties.iter().take(MOST_DUTIES).map(duty).collect();
        let count = |many: usize| Json::Number(i64::try_from(many).unwrap_or(i64::MAX));
        Json::Object(vec![
            ("office".into(), Json::text(self.office.as_str())),
            ("day".into(), Json::text(self.day.to_string())),
            ("open".into(), count(self.duties.len())),
            ("over".into(), count(self.over())),
            ("unread".into(), count(self.unread)),
            ("duties".into(), Json::List(duties)),
        ])
    }
}

/// A test of an address of an office.
pub fn test(office: &OfficeCode, name: &str, language: Language) -> Letter {
    let subject = Word::TestSubject.filled(language, &[("office", office.as_str())]);
    let body = Word::Test.filled(language, &[("office", name)]);
    Letter { subject: format!("kamnot: {subject}"), body: format!("{body}\n") }
}

/// A CloudEvents object that is about an office and no case: `digest` or `test`.
pub fn about_office(what: &str, id: Uuid, installation: &str, at: &str, data: Json<'_>) -> String {
    let text = |text: &str| Json::text(text.to_owned());
    let object = Json::Object(vec![
        ("specversion".into(), text("1.0")),
        ("id".into(), text(&id.to_string())),
        ("source".into(), text(&format!("/kamnot/{installation}"))),
        ("type".into(), text(&format!("la.kamnot.{what}.v1"))),
        ("time".into(), text(at)),
        ("datacontenttype".into(), text("application/json")),
        ("data".into(), data),
    ]);
    let mut out = String::new();
    object.write(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_read_back_from_its_word() {
        let plain = Trouble::PLAIN.map(|(trouble, ..)| trouble);
        for trouble in plain.into_iter().chain([Trouble::Refused(550), Trouble::Redirected(302)]) {
            assert_eq!(Trouble::of_word(&trouble.to_string()), Some(trouble));
            for language in [Language::En, Language::Lo] {
                assert!(!trouble.sentence(language).is_empty(), "{trouble:?}");
            }
        }
        for none in ["", "refused", "refused x", "gone 3", "refused 99999"] {
            assert_eq!(Trouble::of_word(none), None, "{none}");
        }
    }

    #[test]
    fn an_office_that_owes_nothing_is_told_so() {
        let office = OfficeCode::new("vte-prosecutor").expect("a code");
        let day = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
        let digest = Digest { office: &office, name: "Vientiane prosecutor", day, duties: &[], unread: 2 };
        let letter = digest.letter(&Rulebook::law_05_na_2006(), Language::En);
        assert_eq!(letter.subject, "kamnot: 0 open limits, 0 over (vte-prosecutor)");
        assert!(
            letter.body.contains("Nothing: no limit is open.") && letter.body.contains("2 cases could not be read")
        );
    }
}

//! What a file proves, in words that a lawyer can repeat.
//!
//! Invariant: nothing personal of the case stands in them.

use engine::calendar::Instant;
use engine::rulebook::Language;
use evidence::file::verify::{Complete, Contradiction, LogRefusal, Moment, Proved, SignedBy, Verdicts};
use evidence::file::{Evidence, Unread};
use evidence::key::VerifierKey;
use evidence::leaf::Why;
use evidence::policy::Quorum;
use projections::catalogue::Word as _;
use projections::recomputed::Recomputed;

use super::words::Words;

/// From how many seconds between the recording and the first proof on this is pointed out: two days.
const LATE: u64 = 2 * 86_400;

/// One verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it is about.
    pub about: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// The word for that.
    pub word: &'static str,
    /// Its sentences.
    pub lines: Vec<String>,
}

/// Why a file cannot be read.
pub fn unread(unread: &Unread, language: Language) -> String {
    match unread {
        Unread::NotEvidence => Words::NotEvidence.of(language).to_owned(),
        Unread::Newer(version) => Words::Newer.filled(language, &[("n", version)]),
        Unread::TooLarge(what) => Words::TooLarge.filled(language, &[("what", what)]),
        Unread::CutOff => Words::CutOff.of(language).to_owned(),
        Unread::Damaged => Words::Damaged.of(language).to_owned(),
        Unread::Line { line, .. } => Words::Line.filled(language, &[("n", &line.to_string())]),
    }
}

/// The three verdicts.
pub fn verdicts(evidence: &Evidence, verdicts: &Verdicts<Recomputed>, language: Language) -> [Verdict; 3] {
    let verdict = |about: Words, holds: bool, lines| {
        let word = if holds { Words::Holds } else { Words::Refused };
        Verdict { about: about.of(language), holds, word: word.of(language), lines }
    };
    let log = match &verdicts.log {
        Ok(signed) => signed_by(signed, language),
        Err(refusal) => vec![refused(refusal, language)],
    };
    let complete = match &verdicts.complete {
        Ok(complete) => everything(evidence, complete, language),
        Err(why) => vec![contradiction(why, language)],
    };
    [
        verdict(Words::Log, verdicts.log.is_ok(), log),
        verdict(Words::Complete, verdicts.complete.is_ok(), complete),
        verdict(
            Words::Recomputed,
            verdicts.recomputed == Recomputed::Same,
            vec![recomputed(evidence, &verdicts.recomputed, language)],
        ),
    ]
}

fn at(seconds: u64) -> String {
    Instant::from_unix(i64::try_from(seconds).unwrap_or(i64::MAX)).to_string()
}

fn fingerprints(keys: &[VerifierKey]) -> String {
    keys.iter().map(|key| key.fingerprint().in_groups()).collect::<Vec<_>>().join("; ")
}

fn signed_by(signed: &SignedBy, language: Language) -> Vec<String> {
    let (origin, key) = (signed.origin.as_str(), fingerprints(&signed.keys));
    let mut lines = vec![Words::SignedBy.filled(language, &[("origin", origin), ("key", &key)])];
    lines.push(match signed.quorum {
        None | Some(Quorum::NotRequired) => Words::LogsWord.of(language).to_owned(),
        Some(Quorum::NotMet) => Words::QuorumNotMet.of(language).to_owned(),
        Some(Quorum::MetAt(time)) => Words::QuorumMet.filled(language, &[("time", &at(time))]),
    });
    let witness =
        |(name, time): &(String, u64)| Words::Witness.filled(language, &[("name", name), ("time", &at(*time))]);
    lines.extend(signed.witnesses.iter().map(witness));
    lines
}

fn refused(refusal: &LogRefusal, language: Language) -> String {
    match refusal {
        LogRefusal::TrustUnsaid(keys) => Words::TrustUnsaid.filled(language, &[("key", &fingerprints(keys))]),
        LogRefusal::UnknownKey(_, keys) => Words::UnknownKey.filled(language, &[("key", &fingerprints(keys))]),
        LogRefusal::Signature(size) => Words::BadSignature.filled(language, &[("size", &size.to_string())]),
        LogRefusal::AnotherLog(size, origin) => {
            Words::AnotherLog.filled(language, &[("size", &size.to_string()), ("origin", origin)])
        }
        LogRefusal::UnlistedKey(key) => Words::UnlistedKey.filled(language, &[("key", &key.to_string())]),
    }
}

fn everything(evidence: &Evidence, complete: &Complete, language: Language) -> Vec<String> {
    let size = complete.checkpoint.size.to_string();
    let events = evidence.of_case().proved().to_string();
    let all = [("case", evidence.case.as_str()), ("size", &size), ("events", &events)];
    let mut lines = vec![Words::Everything.filled(language, &all)];
    lines.push(Words::Root.filled(language, &[("root", &complete.checkpoint.root.in_groups())]));
    lines.extend(complete.head.map(|head| Words::Head.filled(language, &[("head", &head.in_groups())])));
    let until = complete.until;
    let witnessed = until.witnessed.map(|time| Words::UpToWitnessed.filled(language, &[("time", &at(time))]));
    let day = until.registered.map(|day| Words::UpToRegistered.filled(language, &[("day", &day.to_string())]));
    if witnessed.is_none() && day.is_none() {
        lines.push(Words::UpToUnsaid.of(language).to_owned());
    }
    lines.extend(witnessed.into_iter().chain(day));
    for (of_case, of_others) in &complete.receipts {
        let counts = [("of_case", &*of_case.to_string()), ("of_others", &*of_others.to_string())];
        lines.push(Words::ReceiptFits.filled(language, &counts));
    }
    if complete.withheld > 0 {
        lines.push(Words::Withheld.filled(language, &[("n", &complete.withheld.to_string())]));
    }
    lines.extend((1_usize..).zip(&complete.events).map(|(n, event)| of_event(n, event, language)));
    lines
}

fn of_event(n: usize, event: &Proved, language: Language) -> String {
    let since = |Moment { size, witnessed, registered }: Moment| match (witnessed, registered) {
        (Some(time), _) => Words::SinceWitnessed.filled(language, &[("time", &at(time))]),
        (None, Some(day)) => Words::SinceRegistered.filled(language, &[("day", &day.to_string())]),
        (None, None) => Words::SinceSize.filled(language, &[("size", &size.to_string())]),
    };
    let mut said = vec![event.since.map_or_else(|| Words::NotYet.of(language).to_owned(), since)];
    if let Some(time) = event.not_in.and_then(|moment| moment.witnessed) {
        said.push(Words::NotBefore.filled(language, &[("time", &at(time))]));
    }
    let witnessed = event.since.and_then(|since| since.witnessed);
    if witnessed.is_some_and(|time| time > event.recorded_at.saturating_add(LATE)) {
        said.push(Words::Late.of(language).to_owned());
    }
    let declared = event.declared.and_then(|why| match why {
        Why::CarriedOver => Some(Words::CarriedOver),
        Why::Restored => Some(Words::Restored),
        Why::Clock => Some(Words::ClockWrong),
        Why::PayloadLost => Some(Words::PayloadLost),
        Why::KeyChanged => None,
    });
    said.extend(declared.map(|word| word.of(language).to_owned()));
    let (n, recorded, proved) = (n.to_string(), at(event.recorded_at), said.join("; "));
    Words::Event.filled(language, &[("n", &n), ("recorded", &recorded), ("proved", &proved)])
}

fn contradiction(why: &Contradiction, language: Language) -> String {
    let of_stream = |word: Words, stream: &str, version: u32| {
        word.filled(language, &[("stream", stream), ("n", &version.to_string())])
    };
    match why {
        Contradiction::Rewritten { old, new } => {
            Words::Rewritten.filled(language, &[("old", &old.to_string()), ("new", &new.to_string())])
        }
        Contradiction::Heads => Words::Heads.of(language).to_owned(),
        Contradiction::Declaration(index) => Words::Declaration.filled(language, &[("n", &index.to_string())]),
        Contradiction::Event { stream, version } => of_stream(Words::EventAltered, stream, *version),
        Contradiction::Head { stream, version } => of_stream(Words::HeadDiffers, stream, *version),
        Contradiction::Place { stream, version } => of_stream(Words::Place, stream, *version),
        Contradiction::Rulebooks => Words::Rulebooks.of(language).to_owned(),
        Contradiction::Register(day) => Words::RegisterDiffers.filled(language, &[("day", &day.to_string())]),
        Contradiction::NotInRegister(day, sizes) => {
            Words::NotInRegister.filled(language, &[("day", &day.to_string()), ("sizes", sizes)])
        }
        Contradiction::ReceiptKey => Words::ReceiptKey.of(language).to_owned(),
        Contradiction::Receipt { version } => Words::ReceiptDiffers.filled(language, &[("n", &version.to_string())]),
        Contradiction::ReceiptOfOther => Words::ReceiptOfOther.of(language).to_owned(),
        Contradiction::NotUpTo(day) => Words::NotUpTo.filled(language, &[("day", &day.to_string())]),
    }
}

fn recomputed(evidence: &Evidence, recomputed: &Recomputed, language: Language) -> String {
    match recomputed {
        Recomputed::Same => Words::Same.filled(language, &[("at", &at(evidence.assessment.at))]),
        Recomputed::AnotherEngine { of, own } => {
            Words::AnotherEngine.filled(language, &[("of", &of.to_string()), ("own", &own.to_string())])
        }
        Recomputed::Differs => Words::Differs.of(language).to_owned(),
        Recomputed::Event { version, reason } => {
            Words::EventImpossible.filled(language, &[("n", &version.to_string()), ("reason", reason)])
        }
        Recomputed::Rulebook(reason) => Words::RulebookUnread.filled(language, &[("reason", reason)]),
    }
}

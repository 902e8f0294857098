//! Reads the two readings: an answer to every question, the protective one never more lenient than the lenient one.

use super::{Flaw, Table};
use crate::rulebook::{
    AgeAt, Choices, CustodyFrom, DecisionFrom, ExtensionChain, FailedMediation, FirstDay, Hearing, InvestigationFrom,
    LawyerAsProtector, LowerCap, Month, ReleaseRequestBy, RemandFrom, RemandOrder, RepeatDetention, Summonses,
    ThreeYears, UnknownTime,
};

macro_rules! questions {
    ($($question:ident: $answers:ident),+ $(,)?) => {
        /// Every question with its possible answers, the most protective first.
        const QUESTIONS: &[(&str, &[&str])] = &[$((stringify!($question), $answers::WORDS)),+];

        fn choices(reading: &Table<'_>) -> Result<Choices, Flaw> {
            Ok(Choices {
                $($question: $answers::ALL[answer(reading, stringify!($question), $answers::WORDS)?],)+
            })
        }
    };
}

questions! {
    first_day: FirstDay,
    month: Month,
    unknown_time: UnknownTime,
    custody_from: CustodyFrom,
    repeat_detention: RepeatDetention,
    remand_from: RemandFrom,
    extension_chain: ExtensionChain,
    investigation_from: InvestigationFrom,
    three_years: ThreeYears,
    summonses: Summonses,
    age_at: AgeAt,
    lawyer_as_protector: LawyerAsProtector,
    release_request_by: ReleaseRequestBy,
    decision_from: DecisionFrom,
    failed_mediation: FailedMediation,
    hearing: Hearing,
    remand_order: RemandOrder,
    lower_cap: LowerCap,
}

fn answer(reading: &Table<'_>, question: &str, answers: &[&str]) -> Result<usize, Flaw> {
    reading.required(question, &format!("one of {}", answers.join(", ")))?.index_in(answers)
}

/// Reads both readings. Refuses a protective answer that is more lenient than the lenient one, because `earliest` would
/// then be later than `latest`.
pub(super) fn both(readings: &Table<'_>) -> Result<(Choices, Choices), Flaw> {
    readings.only(&["protective", "lenient"])?;
    let (protective, lenient) = (readings.table("protective")?, readings.table("lenient")?);
    let known: Vec<&str> = QUESTIONS.iter().map(|(question, _)| *question).collect();
    protective.only(&known)?;
    lenient.only(&known)?;
    let both = (choices(&protective)?, choices(&lenient)?);
    for (question, answers) in QUESTIONS {
        let (strict, mild) = (answer(&protective, question, answers)?, answer(&lenient, question, answers)?);
        if strict > mild {
            let value = protective.required(question, "an answer")?;
            return Err(value.flaw(&format!(
                "found \"{}\", which is more lenient than the lenient reading's \"{}\"; expected the protective answer \
                 to be no more lenient (most protective first: {}); swap the two",
                answers[strict],
                answers[mild],
                answers.join(", ")
            )));
        }
    }
    Ok(both)
}

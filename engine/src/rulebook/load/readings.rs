//! Reads the questions and the two readings: an answer to every question, the protective one never more lenient than the
//! lenient one.

use super::table::{none_twice, shown};
use super::{Flaw, Table, Value};
use crate::rulebook::{Choices, Question, Reading, Readings};

/// Reads the questions, each with its answers. A question that the program itself asks has the answers that the program
/// knows.
pub(super) fn questions(questions: &Table<'_>) -> Result<Vec<Question>, Flaw> {
    let expected = "the question's answers, the most protective first, such as [\"counted\", \"not_counted\"]";
    let mut all = Vec::new();
    for (name, value) in questions.in_order() {
        plain(name, &value)?;
        let listed = value.strings(expected)?;
        none_twice(&listed)?;
        for (answer, value) in &listed {
            plain(answer, value)?;
        }
        let answers: Vec<&str> = listed.into_iter().map(|(answer, _)| answer).collect();
        if answers.len() < 2 || answers.len() > 8 {
            let found = answers.len();
            return Err(
                value.flaw(&format!("found {found} of them; expected two to eight: {expected}; add or remove some"))
            );
        }
        if let Some((_, known)) = Choices::KNOWN.iter().find(|(known, _)| *known == name)
            && answers != *known
        {
            let known = known.join(", ");
            return Err(value.flaw(&format!(
                "found {}; expected {known}, in this order, because the program counts by this question; correct them",
                answers.join(", ")
            )));
        }
        all.push(Question { name: name.to_owned(), answers: answers.into_iter().map(str::to_owned).collect() });
    }
    Ok(all)
}

/// Refuses a name of a question or an answer that steps and tests could not name.
fn plain(name: &str, value: &Value<'_>) -> Result<(), Flaw> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) && name != "choice" {
        return Ok(());
    }
    let name = shown(name);
    Err(value.flaw(&format!(
        "found \"{name}\"; expected the name of a question or an answer: 1 to 64 of a-z, 0-9 and _, and not \"choice\"; \
         rename it"
    )))
}

/// Reads both readings. Refuses a protective answer that is more lenient than the lenient one, because `earliest` would
/// then be later than `latest`.
pub(super) fn both(readings: &Table<'_>, questions: &[Question]) -> Result<Readings<Choices>, Flaw> {
    readings.only(&[Reading::Protective.word(), Reading::Lenient.word()])?;
    let tables = (readings.table("protective")?, readings.table("lenient")?);
    let known: Vec<&str> = questions.iter().map(|question| question.name.as_str()).collect();
    tables.0.only(&known)?;
    tables.1.only(&known)?;
    let (mut strict, mut mild) = (Vec::with_capacity(known.len()), Vec::with_capacity(known.len()));
    for Question { name, answers } in questions {
        let words: Vec<&str> = answers.iter().map(String::as_str).collect();
        let answer =
            |table: &Table<'_>| table.required(name, &format!("one of {}", words.join(", ")))?.index_in(&words);
        let (protective, lenient) = (answer(&tables.0)?, answer(&tables.1)?);
        if protective > lenient {
            return Err(tables.0.required(name, "an answer")?.flaw(&format!(
                "found \"{}\", which is more lenient than the lenient reading's \"{}\"; expected the protective answer \
                 to be no more lenient (most protective first: {}); swap the two",
                words[protective],
                words[lenient],
                words.join(", ")
            )));
        }
        strict.push(u8::try_from(protective).unwrap_or(0));
        mild.push(u8::try_from(lenient).unwrap_or(0));
    }
    let choices = |answers: Vec<u8>| {
        let place = |asked: &str| known.iter().position(|name| *name == asked).map_or(0, |nth| answers[nth].into());
        Choices::of(answers.clone().into_boxed_slice(), place)
    };
    Ok(Readings { protective: choices(strict), lenient: choices(mild) })
}

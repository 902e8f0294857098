//! The demo's story: three made-up cases, and when each of their actions was recorded.

use std::collections::BTreeMap;

use engine::action::{Action, CaseRef};
use engine::calendar::Instant;
use engine::refusal::reasons;
use engine::rulebook::Language;
use serde::Deserialize;
use service::files::{self, Form};

use crate::cli::output::Failure;

const STORY: &str = include_str!("../../../../../scenarios/demo/story.toml");
const CASES: [(&str, &str); 4] = [
    ("held-and-extended-late.jsonl", include_str!("../../../../../scenarios/demo/held-and-extended-late.jsonl")),
    ("settled-by-mediation.jsonl", include_str!("../../../../../scenarios/demo/settled-by-mediation.jsonl")),
    ("near-the-cap.jsonl", include_str!("../../../../../scenarios/demo/near-the-cap.jsonl")),
    ("today.jsonl", include_str!("../../../../../scenarios/demo/today.jsonl")),
];

/// The story.
pub(super) struct Story {
    /// Its title.
    pub title: String,
    /// The introduction.
    pub intro: String,
    /// When the clock starts.
    pub start: Instant,
    /// When it stops.
    pub end: Instant,
    /// The children, in the order in which a reader should meet them; at least one.
    pub children: Vec<Child>,
    /// The actions in the order in which they are recorded.
    pub steps: Vec<Step>,
    /// Where the pages begin.
    pub today: Today,
}

/// The day on which the pages begin.
pub(super) struct Today {
    /// The instant.
    pub at: Instant,
    /// The actions of the other cases, up to that instant.
    pub steps: Vec<Step>,
}

/// One child's case.
pub(super) struct Child {
    /// The case.
    pub case: CaseRef,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub intro: String,
}

/// An action and when it is recorded.
#[derive(Clone)]
pub(super) struct Step {
    /// When it is recorded.
    pub recorded_at: Instant,
    /// The action.
    pub action: Action,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoryFile {
    title: String,
    intro: String,
    clock: ClockOfFile,
    today: TodayOfFile,
    child: Vec<ChildOfFile>,
    #[serde(default)]
    recorded_late: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOfFile {
    start: String,
    end: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TodayOfFile {
    at: String,
    file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChildOfFile {
    case: String,
    file: String,
    title: String,
    intro: String,
}

impl Story {
    /// Reads the story that comes with the program.
    pub(super) fn read() -> Result<Self, Failure> {
        let file: StoryFile = toml::from_str(STORY).map_err(|error| wrong(&error.to_string()))?;
        let instant = |text: &str| Instant::parse(text).ok_or_else(|| wrong(&format!("{text} is not an instant")));
        let late = file.recorded_late.iter().map(|(id, at)| Ok((id.as_str(), instant(at)?)));
        let late: BTreeMap<&str, Instant> = late.collect::<Result<_, Failure>>()?;
        let mut steps = Vec::new();
        let mut children = Vec::new();
        for child in file.child {
            steps.extend(steps_of(&child.file, &late)?);
            let case =
                CaseRef::new(&child.case).ok_or_else(|| wrong(&format!("{} is not a case reference", child.case)))?;
            children.push(Child { case, title: child.title, intro: child.intro });
        }
        if children.is_empty() {
            return Err(wrong("it has no child"));
        }
        steps.sort_by_key(|step| step.recorded_at);
        let (start, end) = (instant(&file.clock.start)?, instant(&file.clock.end)?);
        let today = Today { at: instant(&file.today.at)?, steps: steps_of(&file.today.file, &late)? };
        Ok(Self { title: file.title, intro: file.intro, start, end, children, steps, today })
    }

    /// The story up to the day on which the pages begin, with the other cases of that day.
    pub(super) fn until_today(self) -> Self {
        let Self { mut steps, today, .. } = self;
        steps.extend(today.steps);
        steps.retain(|step| step.recorded_at <= today.at);
        steps.sort_by_key(|step| step.recorded_at);
        Self { steps, end: today.at, today: Today { at: today.at, steps: Vec::new() }, ..self }
    }
}

fn wrong(what: &str) -> Failure {
    Failure::Fault(format!("the demo's story: {what}; this is a fault of the program"))
}

/// The actions of a file, each with the instant at which it is recorded.
fn steps_of(file: &str, late: &BTreeMap<&str, Instant>) -> Result<Vec<Step>, Failure> {
    let text = CASES.iter().find(|(name, _)| *name == file);
    let (_, text) = text.ok_or_else(|| wrong(&format!("{file} is not in the program")))?;
    let contents = files::parse(text.as_bytes(), Form::JsonLines).map_err(|flaw| wrong(&flaw.to_string()))?;
    if let Some(refused) = contents.refused.first() {
        return Err(wrong(&format!("{file}, line {}: {}", refused.line, reasons(&refused.flaws, Language::En))));
    }
    let actions = contents.cases.into_iter().flat_map(|case| case.actions);
    let step = |action: Action| {
        let recorded_at = late.get(action.id.to_string().as_str()).copied();
        Step { recorded_at: recorded_at.unwrap_or_else(|| action.at.last()), action }
    };
    Ok(actions.map(step).collect())
}

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
const CASES: [(&str, &str); 3] = [
    ("held-and-extended-late.jsonl", include_str!("../../../../../scenarios/demo/held-and-extended-late.jsonl")),
    ("settled-by-mediation.jsonl", include_str!("../../../../../scenarios/demo/settled-by-mediation.jsonl")),
    ("near-the-cap.jsonl", include_str!("../../../../../scenarios/demo/near-the-cap.jsonl")),
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
struct ChildOfFile {
    case: String,
    file: String,
    title: String,
    intro: String,
}

impl Story {
    /// Reads the story that comes with the program.
    pub(super) fn read() -> Result<Self, Failure> {
        let wrong = |what: String| Failure::Fault(format!("the demo's story: {what}; this is a fault of the program"));
        let file: StoryFile = toml::from_str(STORY).map_err(|error| wrong(error.to_string()))?;
        let instant = |text: &str| Instant::parse(text).ok_or_else(|| wrong(format!("{text} is not an instant")));
        let late = file.recorded_late.iter().map(|(id, at)| Ok((id.as_str(), instant(at)?)));
        let late: BTreeMap<&str, Instant> = late.collect::<Result<_, Failure>>()?;
        let mut steps = Vec::new();
        let mut children = Vec::new();
        for child in file.child {
            let text = CASES.iter().find(|(name, _)| *name == child.file);
            let (_, text) = text.ok_or_else(|| wrong(format!("{} is not in the program", child.file)))?;
            let contents = files::parse(text.as_bytes(), Form::JsonLines).map_err(|flaw| wrong(flaw.to_string()))?;
            if let Some(refused) = contents.refused.first() {
                return Err(wrong(format!(
                    "{}, line {}: {}",
                    child.file,
                    refused.line,
                    reasons(&refused.flaws, Language::En)
                )));
            }
            for action in contents.cases.into_iter().flat_map(|case| case.actions) {
                let recorded_at = late.get(action.id.to_string().as_str()).copied();
                steps.push(Step { recorded_at: recorded_at.unwrap_or_else(|| action.at.last()), action });
            }
            let case =
                CaseRef::new(&child.case).ok_or_else(|| wrong(format!("{} is not a case reference", child.case)))?;
            children.push(Child { case, title: child.title, intro: child.intro });
        }
        if children.is_empty() {
            return Err(wrong("it has no child".to_owned()));
        }
        steps.sort_by_key(|step| step.recorded_at);
        let (start, end) = (instant(&file.clock.start)?, instant(&file.clock.end)?);
        Ok(Self { title: file.title, intro: file.intro, start, end, children, steps })
    }
}

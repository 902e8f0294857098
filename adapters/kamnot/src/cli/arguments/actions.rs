//! What `kamnot actions` and `kamnot template` take.

use clap::Args;
use engine::action::ActionName;
use engine::refusal::nearest;

/// The actions that can be recorded, with their fields
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot actions                    all actions
  kamnot actions custody_started    its fields: which are required, what they take, what they mean")]
pub(in crate::cli) struct ActionsOf {
    /// The action
    #[arg(value_parser = action, value_name = "ACTION")]
    pub name: Option<ActionName>,
}

/// A file to fill in: the columns of an action, and a row as an example
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kamnot template custody_started > custody.csv      fill it in, in Excel or elsewhere, and import it")]
pub(in crate::cli) struct Template {
    /// The action; `kamnot actions` lists them
    #[arg(value_parser = action, value_name = "ACTION")]
    pub name: ActionName,
    /// As CSV, a column a field; so it is without an option too
    #[arg(long, conflicts_with = "jsonl")]
    pub csv: bool,
    /// As JSON Lines
    #[arg(long)]
    pub jsonl: bool,
}

fn action(text: &str) -> Result<ActionName, String> {
    ActionName::from_word(text).ok_or_else(|| match nearest(text, ActionName::WORDS.iter().copied()) {
        Some(meant) => format!("no such action; did you mean {meant}?"),
        None => "no such action; `kamnot actions` lists them".to_owned(),
    })
}

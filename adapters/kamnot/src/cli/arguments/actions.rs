//! The options of `kamnot actions` and `kamnot template`.

use clap::Args;
use engine::action::ActionName;
use engine::refusal::nearest;

/// List the actions that can be recorded, with their fields
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot actions                    all actions
  kamnot actions custody_started    its fields: which are required, what values they take, what they mean")]
pub(in crate::cli) struct ActionsOf {
    /// The action
    #[arg(value_parser = action, value_name = "ACTION")]
    pub name: Option<ActionName>,
}

/// Print a table to fill in: the columns of an action, and a row as an example
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kamnot template custody_started > custody.csv      fill it in with Excel or another program, and import it")]
pub(in crate::cli) struct Template {
    /// The action; `kamnot actions` lists them
    #[arg(value_parser = action, value_name = "ACTION")]
    pub name: ActionName,
    /// As CSV, one column for each field (the default)
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

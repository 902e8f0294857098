//! Writes an evidence file.

use std::fmt::{Display, Write as _};

use super::json::write_text;
use super::{Event, Evidence, Place, Stream};
use crate::hash::Hash;
use crate::leaf::Leaf;
use crate::strict;

/// The first line.
pub(super) const TITLE: &str = r#"{"format":"kamnot-evidence/1"}"#;

/// The file of what is given.
pub(super) fn file(evidence: &Evidence) -> Vec<u8> {
    let mut out = format!("{TITLE}\n");
    let mut line = |line: &str| {
        out.push_str(line);
        out.push('\n');
    };
    let (installation, case) = (&evidence.installation, text(&evidence.case));
    line(&format!(r#"{{"case":{{"installation":"{installation}","reference":{case}}}}}"#));
    line(&format!(r#"{{"keys":{}}}"#, list(evidence.keys.iter().map(|key| text(&key.to_string())))));
    for signed in &evidence.checkpoints {
        let (consistency, note) = (hashes(&signed.consistency), text(&signed.note.to_string()));
        line(&format!(r#"{{"checkpoint":{{"consistency":{consistency},"note":{note}}}}}"#));
    }
    let leaf = |leaf: Leaf| strict::to_base64(&leaf.to_bytes());
    let (inclusion, heads) = (hashes(&evidence.heads.inclusion), leaf(Leaf::Heads(evidence.heads.leaf)));
    line(&format!(r#"{{"heads":{{"inclusion":{inclusion},"leaf":"{heads}"}}}}"#));
    for declared in &evidence.declarations {
        let (inclusion, index) = (hashes(&declared.inclusion), declared.index);
        let leaf = leaf(Leaf::Declaration(declared.leaf));
        line(&format!(r#"{{"declaration":{{"inclusion":{inclusion},"index":{index},"leaf":"{leaf}"}}}}"#));
    }
    for Stream { name, map, events, places } in &evidence.streams {
        let map = strict::to_base64(&map.to_bytes());
        line(&format!(r#"{{"stream":{{"map":"{map}","name":{}}}}}"#, text(name)));
        for Event { format, payload, disclosures, .. } in events {
            let disclosures = list(disclosures.iter().map(|disclosure| text(disclosure)));
            line(&format!(r#"{{"event":{{"disclosures":{disclosures},"format":{format},"payload":{payload}}}}}"#));
        }
        for Place { version, index, size, inclusion } in places {
            let inclusion = hashes(inclusion);
            line(&format!(
                r#"{{"place":{{"inclusion":{inclusion},"index":{index},"size":{size},"version":{version}}}}}"#
            ));
        }
    }
    for rulebook in &evidence.rulebooks {
        line(&format!(r#"{{"rulebook":{{"text":{}}}}}"#, text(rulebook)));
    }
    let assessment = &evidence.assessment;
    let (at, engine, result, rulebook) =
        (assessment.at, assessment.engine, &assessment.result, text(&assessment.rulebook));
    line(&format!(r#"{{"assessment":{{"at":{at},"engine":{engine},"result":{result},"rulebook":{rulebook}}}}}"#));
    let _ = write!(out, "{}", end(&out));
    out.into_bytes()
}

/// The last line of a file of which this is all else.
pub(super) fn end(before: &str) -> String {
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    format!("{{\"end\":{lines},\"sha256\":\"{}\"}}\n", Hash::of(&[before.as_bytes()]))
}

fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_text(text, &mut out);
    out
}

fn list(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    format!("[{}]", items.join(","))
}

fn hashes(hashes: &[Hash]) -> String {
    list(hashes.iter().map(|hash| format!("\"{}\"", hash.to_base64())))
}

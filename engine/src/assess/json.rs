//! Writes an assessment as JSON, as `docs/formats.md` defines it: what `kamnot assess` prints for each case.

use std::fmt::Write as _;

use super::Assessment;
use crate::calendar::Instant;
use crate::json::write_text;
use crate::limits::Deadline;
use crate::rulebook::Rulebook;

impl Assessment<'_> {
    /// Appends the assessment as one JSON object without white space.
    pub fn write_json(&self, book: &Rulebook, out: &mut String) {
        let case = self.timeline.entries().first().map_or("", |entry| entry.action.case.as_str());
        let _ = write!(out, "{{\"case\":\"{case}\",\"at\":");
        instant(self.at, out);
        out.push_str(",\"rulebook\":");
        write_text(book.id(), out);
        let _ = write!(out, ",\"digest\":\"{}\",\"deadlines\":[", book.digest());
        for (i, deadline) in self.deadlines.iter().enumerate() {
            comma(i, out);
            self.write_deadline(deadline, book, out);
        }
        out.push_str("],\"findings\":[");
        for (i, finding) in self.findings.iter().enumerate() {
            comma(i, out);
            rule(finding.rule, book, out);
            self.id(",\"action\":", Some(finding.action), out);
            let _ = write!(out, ",\"breach\":\"{}\"}}", finding.breach);
        }
        out.push_str("],\"not_on_record\":[");
        for (i, missing) in self.not_on_record.iter().enumerate() {
            comma(i, out);
            let _ = write!(out, "{{\"rule\":\"{}\"", missing.rule);
            self.id(",\"action\":", Some(missing.action), out);
            let _ = write!(out, ",\"field\":\"{}\"}}", missing.field);
        }
        out.push_str("]}");
    }

    fn write_deadline(&self, deadline: &Deadline, book: &Rulebook, out: &mut String) {
        rule(deadline.rule, book, out);
        let _ = write!(out, ",\"owed_by\":\"{}\"", deadline.owed_by);
        self.id(",\"opened_by\":", Some(deadline.opened_by), out);
        let _ = write!(out, ",\"period\":{},\"earliest\":", deadline.period);
        instant(deadline.earliest(), out);
        out.push_str(",\"latest\":");
        match deadline.latest() {
            Some(latest) => instant(latest, out),
            None => out.push_str("null"),
        }
        self.id(",\"done_by\":", deadline.done_by(), out);
        match deadline.breach(self.at) {
            Some(breach) => {
                let _ = write!(out, ",\"breach\":\"{breach}\"}}");
            }
            None => out.push_str(",\"breach\":null}"),
        }
    }

    fn id(&self, key: &str, entry: Option<usize>, out: &mut String) {
        out.push_str(key);
        match entry {
            Some(entry) => {
                let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
                let id = self.timeline.entries()[entry].action.id.0;
                out.push('"');
                out.push_str(id.hyphenated().encode_lower(&mut buffer));
                out.push('"');
            }
            None => out.push_str("null"),
        }
    }
}

fn rule(id: crate::rulebook::RuleId, book: &Rulebook, out: &mut String) {
    let _ = write!(out, "{{\"rule\":\"{id}\",\"article\":");
    write_text(book.rule(id).map_or("", |rule| &rule.article), out);
}

fn instant(instant: Instant, out: &mut String) {
    out.push('"');
    instant.write(out);
    out.push('"');
}

fn comma(i: usize, out: &mut String) {
    if i > 0 {
        out.push(',');
    }
}

//! The text format 0.0.4 of Prometheus.
//!
//! Invariant: the values of a metric follow each other, after its one HELP and TYPE.

use std::fmt::Write as _;
use std::time::Duration;

/// The media type of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The text being written.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a counter; its name ends in `_total`.
    pub fn counter(&mut self, name: &str, help: &str) {
        self.begin(name, help, "counter");
    }

    /// Begins a gauge; its name ends in its unit, if it has one.
    pub fn gauge(&mut self, name: &str, help: &str) {
        self.begin(name, help, "gauge");
    }

    fn begin(&mut self, name: &str, help: &str, kind: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Writes the metric's only value.
    pub fn value(&mut self, name: &str, value: u64) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    /// Writes the metric's only value, a duration.
    pub fn seconds(&mut self, name: &str, value: Duration) {
        let _ = writeln!(self.0, "{name} {}.{:03}", value.as_secs(), value.subsec_millis());
    }

    /// Writes one of the metric's values. Labels contain only codes and words of a closed set: each new one is a new
    /// series.
    pub fn labelled(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let _ = write!(self.0, "{name}{{");
        for (n, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let comma = if n > 0 { "," } else { "" };
            let _ = write!(self.0, "{comma}{label}=\"{text}\"");
        }
        let _ = writeln!(self.0, "}} {value}");
    }

    /// The metrics of another part, behind these.
    pub fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// The whole text.
    pub fn text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_escaped() {
        let mut out = Exposition::default();
        out.gauge("kamnot_x", "a \\ and\na line");
        out.labelled("kamnot_x", &[("a", "q\"\\"), ("b", "l\nm")], 3);
        out.counter("kamnot_y_seconds_total", "Time.");
        out.seconds("kamnot_y_seconds_total", Duration::from_millis(1_005));
        let expected = "# HELP kamnot_x a \\\\ and\\na line\n# TYPE kamnot_x gauge\nkamnot_x{a=\"q\\\"\\\\\",b=\"l\\nm\"} 3\n\
                        # HELP kamnot_y_seconds_total Time.\n# TYPE kamnot_y_seconds_total counter\n\
                        kamnot_y_seconds_total 1.005\n";
        assert_eq!(out.text(), expected);
    }
}

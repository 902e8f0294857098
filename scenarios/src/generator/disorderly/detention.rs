//! Detentions: from one of several takings to an end, if there is one.

use super::super::writer::{DAY, HOUR, MINUTE, Office};
use super::{ATTENDANCES, AUTHORITIES, Course};

const GROUNDS: [&str; 6] = [
    r#"["elements","firm_evidence","flight"]"#,
    r#"["elements","firm_evidence","tampering","reoffending"]"#,
    r#"["elements","firm_evidence","harm_to_child"]"#,
    r#"["elements","firm_evidence"]"#,
    r#"["elements","flight"]"#,
    "[]",
];
const PLACES: [&str; 5] = [
    r#"{"children_only":true,"sexes_separated":true}"#,
    r#"{"children_only":true,"sexes_separated":true}"#,
    r#"{"children_only":false,"sexes_separated":true}"#,
    r#"{"sexes_separated":true}"#,
    "{}",
];
const DUTIES: [&str; 4] = ["rights_told", "reason_told", "parents_notified", "medical_check"];

impl Course<'_> {
    /// One detention: from one of several takings to its end, if it ends.
    pub(super) fn detention(&mut self) {
        if self.w.chance(35) {
            let authority = self.w.pick(&AUTHORITIES);
            self.w.text("authority", authority);
            self.one_of("accompanied_by", &ATTENDANCES);
            self.pass(0, 2 * DAY).act("brought_in", Office::Investigator);
            if self.w.chance(20) {
                self.released("from_bringing_in", 6 * HOUR);
            }
            self.pass(0, 60 * HOUR);
        }
        let way = self.w.between(1, 10);
        if way <= 3 {
            self.order();
            self.flag("flagrant", 30).flag("urgent", 20).one_of("grounds", &GROUNDS);
            self.flag("necessary", 85).flag("last_resort", 80).one_of("place", &PLACES);
            self.act("arrested", Office::Investigator);
        }
        if way <= 9 && (way > 2 || self.w.chance(60)) {
            self.custody();
        }
        if way == 10 || self.w.chance(60) {
            self.remand();
        }
        match self.w.between(1, 10) {
            1 => {}
            2..=4 => self.release_request(),
            5..=6 => self.released("from_custody", 2 * DAY),
            7..=8 => self.released("provisional", 20 * DAY),
            _ => self.released("final", 40 * DAY),
        }
    }

    fn custody(&mut self) {
        self.flag("evidence_firm", 85).flag("necessary", 85).one_of("place", &PLACES);
        self.pass(0, 5 * HOUR).act("custody_started", Office::Investigator);
        for duty in DUTIES {
            if self.w.chance(75) {
                self.pass(MINUTE, 90 * MINUTE).act(duty, Office::Investigator);
            }
        }
        if self.w.chance(60) {
            self.interview();
        }
        self.pass(HOUR, 50 * HOUR);
    }

    fn remand(&mut self) {
        let office = self.order();
        self.one_of("grounds", &GROUNDS).flag("necessary", 85).flag("last_resort", 80);
        self.pass(0, 10 * HOUR).act("remand_ordered", office);
        for _ in 0..self.w.pick(&[0, 0, 1, 1, 2, 3, 5, 9]) {
            self.pass(22 * DAY, 31 * DAY);
            if self.w.chance(15) {
                self.visit_refused();
            }
            if self.w.chance(8) {
                self.offence_added();
            }
            if self.w.chance(12) {
                self.reclassified();
            }
            let office = self.order();
            self.one_of("months", &["1", "1", "1", "2"]).flag("for_investigation", 85).one_of("grounds", &GROUNDS);
            self.act("remand_extended", office);
        }
    }

    pub(super) fn visit_refused(&mut self) {
        let visitors = [r#""parent""#, r#""relative""#, r#""friend""#, r#""lawyer""#, r#""social_worker""#];
        self.one_of("visitor", &visitors).act("visit_refused", Office::Investigator);
        self.pass(MINUTE, DAY);
    }

    fn release_request(&mut self) {
        for _ in 0..self.w.pick(&[1, 1, 2]) {
            let requested_by = self.w.pick(&["parent", "guardian", "relative", "lawyer", "protector", "child"]);
            self.w.text("requested_by", requested_by);
            self.pass(HOUR, 5 * DAY).act("release_requested", Office::Investigator);
        }
        if self.w.chance(75) {
            self.pass(HOUR, 30 * HOUR).act("release_opinion_given", Office::Investigator);
        }
        if self.w.chance(60) {
            self.pass(HOUR, 30 * HOUR).act("release_request_sent", Office::Investigator);
        }
        if self.w.chance(70) {
            self.pass(HOUR, 20 * HOUR).act("release_request_received", Office::Prosecutor);
        }
        if self.w.chance(85) {
            let granted = self.w.chance(60);
            self.w.field("granted", granted);
            self.pass(HOUR, 40 * HOUR).act("release_decided", Office::Prosecutor);
            if granted {
                self.released("provisional", 2 * HOUR);
            }
        }
    }

    pub(super) fn released(&mut self, kind: &str, within: i64) {
        self.w.text("kind", kind);
        if kind == "provisional" {
            self.flag("bail", 30).flag("bail_necessary", 50).one_of("guaranteed_by", &ATTENDANCES);
        }
        self.pass(MINUTE, within).act("released", Office::Investigator);
    }
}

//! What happens at no step of its own: offences that change, reports, disclosures, interviews of another child.

use super::super::writer::{DAY, HOUR, MINUTE, Office, When, date};
use super::{ATTENDANCES, AUTHORITIES, Course, offence};

impl Course<'_> {
    /// A further offence is charged.
    pub(super) fn offence_added(&mut self) {
        let offence = offence(self.w);
        self.w.text("class", offence.class).field("serious", offence.serious);
        let penalty = format_args!(r#"{{"min":{},"max":{}}}"#, offence.min_months, offence.max_months).to_string();
        self.w.field("penalty_months", penalty).text("committed_on", date(offence.committed_on));
        let id = self.act("offence_added", Office::Prosecutor);
        self.added.push(id);
        self.pass(MINUTE, DAY);
    }

    /// Names an offence of the opening by its place, or an added one by the id of its addition. What names an addition is
    /// recorded behind it, and so is known by its time.
    fn which_offence(&mut self) -> bool {
        let added: Vec<&str> = self.added.iter().map(String::as_str).collect();
        let by_id = !added.is_empty() && self.w.chance(60);
        if by_id {
            let id = self.w.pick(&added);
            self.w.text("offence", id);
        } else {
            let index = self.w.between(0, self.offences - 1);
            self.w.field("offence", index);
        }
        by_id
    }

    fn act_on_offence(&mut self, action: &str, by_id: bool, by: Office) {
        if by_id {
            self.w.act(action, When::Instant(self.now), by);
        } else {
            self.act(action, by);
        }
        self.pass(MINUTE, DAY);
    }

    pub(super) fn reclassified(&mut self) {
        let by_id = self.which_offence();
        let what = self.w.between(1, 10);
        if what <= 8 {
            let class = self.w.pick(&["minor", "major", "crime"]);
            self.w.text("class", class);
        }
        if what >= 5 {
            self.w.field("penalty_months", r#"{"min":24,"max":84}"#);
            self.flag("serious", 60);
        }
        self.act_on_offence("offence_reclassified", by_id, Office::Prosecutor);
    }

    /// The day on which an offence was committed was wrong.
    pub(super) fn offence_corrected(&mut self) {
        let by_id = self.which_offence();
        let committed_on = self.w.opening_day() - self.w.between(0, 400);
        self.w.text("committed_on", date(committed_on));
        self.act_on_offence("offence_corrected", by_id, Office::Investigator);
    }

    /// Now and then something that belongs to no step.
    pub(super) fn incidents(&mut self) {
        if self.w.chance(8) {
            let authority = self.w.pick(&AUTHORITIES);
            let kinds = self.w.pick(&[r#"["insult"]"#, r#"["threat","insult"]"#, r#"["violence"]"#, r#"["force"]"#]);
            self.w.text("authority", authority).field("kinds", kinds);
            if self.w.chance(60) {
                let confirmed = self.w.chance(50);
                self.w.field("confirmed", confirmed);
            }
            self.pass(HOUR, 3 * DAY).act("ill_treatment_reported", Office::Prosecutor);
        }
        if self.w.chance(8) {
            let authority = self.w.pick(&AUTHORITIES);
            let about = self.w.pick(&["history", "personal_data", "medical"]);
            self.w.text("authority", authority).text("about", about);
            self.flag("ordered", 50).pass(HOUR, 3 * DAY).act("information_disclosed", Office::Prosecutor);
        }
        if self.w.chance(15) {
            self.witness_interviewed();
        }
    }

    fn witness_interviewed(&mut self) {
        let role = self.w.pick(&["victim", "witness"]);
        self.w.text("role", role);
        if self.w.chance(50) {
            let number = self.w.between(1, 9);
            self.w.text("ref", format_args!("W-{number}"));
        }
        let interviewers = [
            r#"["investigator","prosecutor"]"#,
            r#"["investigator","prosecutor"]"#,
            r#"["investigator"]"#,
            r#"["prosecutor","other"]"#,
            "[]",
        ];
        self.one_of("interviewers", &interviewers).flag("trained", 85).flag("with_social_worker", 75);
        self.flag("dedicated_room", 85).flag("undisturbed", 90).flag("contact_with_accused", 10);
        self.one_of("attended_by", &ATTENDANCES);
        self.pass(HOUR, 5 * DAY).act("witness_interviewed", Office::Investigator);
    }
}

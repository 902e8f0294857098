//! The court and what follows it, and what is put right at the end.

use super::super::writer::{DAY, HOUR, Office, date};
use super::{ATTENDANCES, COURTS, Course};

impl Course<'_> {
    pub(super) fn court(&mut self) {
        self.pass(HOUR, 4 * DAY).act("prosecution_order_received", Office::Court);
        for _ in 0..self.w.pick(&[0, 1, 1, 2]) {
            let substantive = self.w.chance(75);
            self.w.field("substantive", substantive);
            self.flag("closed", 90).flag("suitable_room", 85).flag("child_attended", 92).flag("child_heard", 88);
            self.flag("interpreter_needed", 25).flag("interpreter_present", 60);
            self.one_of("defended_by", &[r#"["lawyer"]"#, r#"["lawyer"]"#, r#"["protector"]"#, "[]"]);
            self.one_of("attended_by", &ATTENDANCES).one_of("court_kind", &COURTS);
            self.pass(DAY, 12 * DAY).act("hearing_held", Office::Court);
        }
        if self.w.chance(80) {
            self.judgment();
        }
    }

    fn judgment(&mut self) {
        let measures = [
            "court_measure",
            "court_measure",
            "suspended",
            "suspended",
            "imprisonment",
            "imprisonment",
            "acquittal",
            "life_imprisonment",
        ];
        let measure = self.w.pick(&measures);
        self.w.text("measure", measure);
        self.flag("other_measures_considered", 70);
        match measure {
            "imprisonment" => {
                self.one_of("months", &["6", "12", "24", "60"]);
                self.one_of("served_in", &[r#""training_centre""#, r#""training_centre""#, r#""prison""#]);
            }
            "suspended" => _ = self.one_of("handed_to", &[r#"["parent"]"#, r#"["guardian","village"]"#, "[]"]),
            _ => {}
        }
        self.pass(0, 6 * DAY).act("judgment_given", Office::Court);
        if measure == "imprisonment" && self.w.chance(60) {
            self.pass(HOUR, 5 * DAY).act("training_centre_entered", Office::Court);
            if self.w.chance(30) {
                self.pass(HOUR, 30 * DAY).visit_refused();
            }
            if self.w.chance(60) {
                self.flag("support_arranged", 50);
                self.pass(30 * DAY, 300 * DAY).act("training_centre_left", Office::Court);
            }
        }
    }

    /// Transfers, what became known about the child and the offences, the closing, and withdrawals.
    pub(super) fn corrections(&mut self) {
        if self.w.chance(10) {
            let seats = self.w.pick(&[&["prosecutor", "court"][..], &["investigator"], &["legal_aid"]]);
            for seat in seats {
                let office = match *seat {
                    "court" => "vtp-juvenile-court",
                    "investigator" => "vtp-investigation",
                    "legal_aid" => "vtp-legal-aid",
                    _ => "vtp-prosecutor",
                };
                self.w.text(seat, office);
            }
            self.pass(HOUR, 5 * DAY).act("case_transferred", Office::Prosecutor);
        }
        for _ in 0..self.w.pick(&[0, 0, 0, 0, 1, 1, 2]) {
            self.child_identified();
        }
        if self.w.chance(10) {
            self.offence_corrected();
        }
        if self.w.chance(55) {
            self.one_of("reason", &[r#""settled""#, r#""judgment final""#]);
            self.pass(DAY, 30 * DAY).act("case_closed", Office::Prosecutor);
        }
        if self.w.chance(3) {
            self.voided();
        }
        for _ in 0..self.w.pick(&[0, 0, 0, 0, 1, 2]) {
            self.w.withdraw_one();
        }
    }

    /// One thing, or several, that became known about the child.
    fn child_identified(&mut self) {
        let what = self.w.between(1, 6);
        if what <= 3 {
            let birth_date = self.w.opening_day() - self.w.between(5_000, 6_700);
            self.w.text("birth_date", date(birth_date));
        }
        if what == 3 || what == 4 {
            let age = self.w.between(13, 18);
            self.w.field("age_years", age);
        }
        if what >= 5 {
            let number = self.w.between(1, 999);
            self.w.text("ref", format_args!("C-{number}"));
            self.flag("rural", 50).flag("ethnic_minority", 30).flag("disability", 10);
        }
        if what == 6 {
            let sex = self.w.pick(&["f", "m"]);
            self.w.text("sex", sex);
        }
        self.pass(HOUR, 5 * DAY).act("child_identified", Office::Investigator);
    }

    /// The case was opened by mistake, or so it seems.
    fn voided(&mut self) {
        let reason = self.w.pick(&["opened_by_mistake", "duplicate"]);
        self.w.text("reason", reason);
        if reason == "duplicate" {
            self.w.text("same_as", "PAPER-FILE-7");
        }
        self.pass(HOUR, 9 * DAY).act("case_voided", Office::Prosecutor);
        if self.w.chance(50) {
            self.w.withdraw_last();
        }
    }
}

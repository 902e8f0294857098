//! Badly run cases: late and sloppy, but every line is valid.

use super::writer::{Child, DAY, HOUR, MINUTE, Offence, Office, When, Writer, date};

/// How many of a hundred optional fields are left out.
const LEFT_OUT: i64 = 12;
/// How many of a hundred actions are known by their date alone.
const DATE_ALONE: i64 = 12;

const ATTENDANCES: [&str; 8] = [
    r#"["parent"]"#,
    r#"["guardian","relative"]"#,
    r#"["child","parent"]"#,
    r#"["child","guardian","lawyer"]"#,
    r#"["lawyer"]"#,
    r#"["protector"]"#,
    r#"["child","social_worker","interpreter"]"#,
    "[]",
];
const GROUNDS: [&str; 6] = [
    r#"["elements","firm_evidence","flight"]"#,
    r#"["elements","firm_evidence","tampering","reoffending"]"#,
    r#"["elements","firm_evidence","harm_to_child"]"#,
    r#"["elements","firm_evidence"]"#,
    r#"["elements","flight"]"#,
    "[]",
];
const AUTHORITIES: [&str; 3] = ["investigator", "prosecutor", "court"];
const DUTIES: [&str; 3] = ["rights_told", "parents_notified", "medical_check"];

/// A case in the making: the writer and the moment that the case has reached.
struct Course<'a> {
    w: &'a mut Writer,
    /// The moment, in civil seconds.
    now: i64,
    offences: i64,
}

/// One case: the investigation, up to three detentions, mediation, the way of the case file, the court, corrections.
pub(super) fn write(w: &mut Writer) {
    let offences = open(w);
    let now = w.opened_at();
    let mut course = Course { w, now, offences };
    course.beginning();
    for _ in 0..course.w.pick(&[0, 1, 1, 1, 2, 3]) {
        course.detention();
        course.now += course.w.between(HOUR, 20 * DAY);
    }
    course.investigation();
    if course.w.chance(35) {
        course.mediation();
    }
    if course.w.chance(75) {
        course.prosecutor();
    }
    if course.w.chance(60) {
        course.court();
    }
    course.corrections();
}

/// Opens the case and returns the number of its offences.
fn open(w: &mut Writer) -> i64 {
    let count = w.pick(&[1, 1, 1, 2, 3]);
    let offences: Vec<Offence> = (0..count).map(|_| offence(w)).collect();
    let committed = offences.iter().map(|offence| offence.committed_on);
    let (first, last) = (committed.clone().min().unwrap_or(0), committed.max().unwrap_or(0));
    // The child is a little over thirteen at the last offence, or older, and well under eighteen at the first.
    let birth_date = (!w.chance(15)).then(|| w.between(first - 6_500, last - 4_900));
    let age_years = w.chance(40).then(|| w.between(13, 17));
    w.open(&Child { birth_date, age_years }, &offences);
    count
}

fn offence(w: &mut Writer) -> Offence {
    let (class, min_months, max_months) = w.pick(&[
        ("minor", 1, 6),
        ("minor", 3, 12),
        ("major", 6, 24),
        ("major", 12, 35),
        ("major", 12, 60),
        ("major", 24, 36),
        ("major", 36, 60),
        ("crime", 60, 120),
        ("crime", 120, 240),
    ]);
    let committed_on = w.opening_day() - w.between(0, 90);
    Offence { class, min_months, max_months, serious: w.chance(55), committed_on }
}

impl Course<'_> {
    /// Lets a random number of seconds between these two pass.
    fn pass(&mut self, least: i64, most: i64) -> &mut Self {
        self.now += self.w.between(least, most);
        self
    }

    /// Writes an action at this moment, sometimes with its date alone.
    fn act(&mut self, action: &str, by: Office) {
        let when = if self.w.chance(DATE_ALONE) { When::DateAlone(self.now) } else { When::Instant(self.now) };
        self.w.act(action, when, by);
    }

    /// Adds a field that is true in `percent` of a hundred cases, or leaves it out.
    fn flag(&mut self, name: &str, percent: i64) -> &mut Self {
        let value = self.w.chance(percent);
        self.unless_left_out(name, value)
    }

    /// Adds a field with one of several values, given as JSON, or leaves it out.
    fn one_of(&mut self, name: &str, values: &[&str]) -> &mut Self {
        let value = self.w.pick(values);
        self.unless_left_out(name, value)
    }

    fn unless_left_out(&mut self, name: &str, json: impl std::fmt::Display) -> &mut Self {
        if !self.w.chance(LEFT_OUT) {
            self.w.field(name, json);
        }
        self
    }

    /// Adds a written order, null for none, or nothing. Returns who gave the order, or would have.
    fn order(&mut self) -> Office {
        let (by, office) = self.w.pick(&[
            ("prosecutor", Office::Prosecutor),
            ("prosecutor", Office::Prosecutor),
            ("juvenile_court", Office::Court),
        ]);
        let number = self.w.between(1, 999);
        match self.w.between(1, 10) {
            1 => {}
            2 => _ = self.w.field("order", "null"),
            _ => _ = self.w.field("order", format_args!(r#"{{"by":"{by}","number":"{number}"}}"#)),
        }
        office
    }

    fn beginning(&mut self) {
        if self.w.chance(50) {
            self.pass(0, 2 * HOUR).act("complaint_received", Office::Investigator);
        }
        if self.w.chance(85) {
            self.pass(MINUTE, 3 * DAY).act("investigation_opened", Office::Investigator);
        }
        for _ in 0..self.w.pick(&[0, 0, 1, 3, 3, 4]) {
            let authority = self.w.pick(&AUTHORITIES);
            self.w.text("authority", authority);
            self.pass(HOUR, 3 * DAY).act("summons_served", Office::Investigator);
            if self.w.chance(75) {
                let reason = self.w.pick(&["null", "null", "null", r#""ill""#, r#""school examination""#]);
                self.w.text("authority", authority).field("reason", reason);
                self.pass(HOUR, 3 * DAY).act("summons_missed", Office::Investigator);
            }
        }
        for _ in 0..self.w.pick(&[0, 1, 1, 2]) {
            self.interview();
        }
    }

    fn interview(&mut self) {
        self.one_of("attended_by", &ATTENDANCES).flag("dedicated_room", 80);
        self.pass(HOUR, 4 * DAY).act("interview_started", Office::Investigator);
        if self.w.chance(92) {
            self.pass(20 * MINUTE, 100 * MINUTE).act("interview_ended", Office::Investigator);
        }
    }

    /// One detention: from one of several takings to its end, if it ends.
    fn detention(&mut self) {
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
        self.flag("evidence_firm", 85);
        let place = [
            r#"{"children_only":true,"sexes_separated":true}"#,
            r#"{"children_only":true,"sexes_separated":true}"#,
            r#"{"children_only":false,"sexes_separated":true}"#,
            r#"{"sexes_separated":true}"#,
            "{}",
        ];
        self.one_of("place", &place);
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
        self.one_of("grounds", &GROUNDS);
        self.pass(0, 10 * HOUR).act("remand_ordered", office);
        for _ in 0..self.w.pick(&[0, 0, 1, 1, 2, 3, 5, 9]) {
            self.pass(22 * DAY, 31 * DAY);
            if self.w.chance(15) {
                self.visit_refused();
            }
            if self.w.chance(10) {
                self.reclassified();
            }
            let office = self.order();
            self.one_of("months", &["1", "1", "1", "2"]).flag("for_investigation", 85);
            self.act("remand_extended", office);
        }
    }

    fn visit_refused(&mut self) {
        let visitors = [r#""parent""#, r#""relative""#, r#""friend""#, r#""lawyer""#, r#""social_worker""#];
        self.one_of("visitor", &visitors).act("visit_refused", Office::Investigator);
        self.pass(MINUTE, DAY);
    }

    fn reclassified(&mut self) {
        let offence = self.w.between(0, self.offences - 1);
        let class = self.w.pick(&["minor", "major", "crime"]);
        self.w.field("offence", offence).text("class", class);
        if self.w.chance(50) {
            self.w.field("penalty_months", r#"{"min":24,"max":84}"#);
            self.flag("serious", 60);
        }
        self.act("offence_reclassified", Office::Prosecutor);
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

    fn released(&mut self, kind: &str, within: i64) {
        self.w.text("kind", kind);
        if kind == "provisional" {
            self.flag("bail", 30).flag("bail_necessary", 50);
        }
        self.pass(MINUTE, within).act("released", Office::Investigator);
    }

    fn investigation(&mut self) {
        for _ in 0..self.w.pick(&[0, 1, 1, 2]) {
            let agreed_by = if self.w.chance(85) { r#""prosecutor""# } else { "null" };
            self.w.field("agreed_by", agreed_by);
            self.pass(DAY, 30 * DAY).act("investigation_extended", Office::Investigator);
        }
        if self.w.chance(20) {
            self.interview();
        }
        if self.w.chance(15) {
            self.reclassified();
        }
    }

    fn mediation(&mut self) {
        let to = self.w.pick(&["village", "justice_office", "investigator", "prosecutor", "prosecutor"]);
        self.w.text("to", to);
        self.pass(HOUR, 9 * DAY).act("referred_to_mediation", Office::Prosecutor);
        for _ in 0..self.w.pick(&[1, 2, 3]) {
            self.one_of("attended_by", &ATTENDANCES).flag("evidence_solid", 85).flag("child_acknowledges", 85);
            self.pass(DAY, 9 * DAY).act("mediation_session", Office::Investigator);
        }
        if self.w.chance(85) {
            let settled = self.w.chance(55);
            self.w.field("settled", settled);
            self.one_of("measures", &[r#"["apology"]"#, r#"["warning","compensation"]"#, "[]"]);
            self.pass(HOUR, 12 * DAY).act("mediation_ended", Office::Investigator);
        }
    }

    fn prosecutor(&mut self) {
        for round in 0..self.w.pick(&[1, 1, 2]) {
            if round > 0 {
                self.pass(DAY, 12 * DAY).act("file_returned", Office::Prosecutor);
                self.investigation();
            }
            self.pass(HOUR, 8 * DAY).act("file_sent", Office::Investigator);
            self.pass(HOUR, 3 * DAY).act("file_received", Office::Prosecutor);
        }
        match self.w.between(1, 10) {
            1 => self.pass(HOUR, 13 * DAY).act("prosecution_declined", Office::Prosecutor),
            2 => self.mediation(),
            _ => {
                self.flag("mediation_possible", 30);
                self.pass(HOUR, 13 * DAY).act("prosecution_ordered", Office::Prosecutor);
            }
        }
    }

    fn court(&mut self) {
        self.pass(HOUR, 4 * DAY).act("prosecution_order_received", Office::Court);
        for _ in 0..self.w.pick(&[0, 1, 1, 2]) {
            let substantive = self.w.chance(75);
            self.w.field("substantive", substantive);
            self.flag("closed", 90).flag("suitable_room", 85).flag("child_attended", 92).flag("child_heard", 88);
            self.flag("interpreter_needed", 25).flag("interpreter_present", 60);
            self.one_of("defended_by", &[r#"["lawyer"]"#, r#"["lawyer"]"#, r#"["protector"]"#, "[]"]);
            self.one_of("attended_by", &ATTENDANCES);
            self.pass(DAY, 12 * DAY).act("hearing_held", Office::Court);
        }
        if self.w.chance(80) {
            let measures = [
                "court_measure",
                "court_measure",
                "suspended",
                "imprisonment",
                "imprisonment",
                "acquittal",
                "life_imprisonment",
            ];
            let measure = self.w.pick(&measures);
            self.w.text("measure", measure);
            self.flag("other_measures_considered", 70);
            if measure == "imprisonment" {
                self.one_of("months", &["6", "12", "24"]);
                self.one_of("served_in", &[r#""training_centre""#, r#""training_centre""#, r#""prison""#]);
            }
            self.pass(0, 6 * DAY).act("judgment_given", Office::Court);
        }
    }

    /// Transfers, what became known about the child, the closing, and withdrawals.
    fn corrections(&mut self) {
        if self.w.chance(10) {
            self.w.text("prosecutor", "vtp-prosecutor").text("court", "vtp-juvenile-court");
            self.pass(HOUR, 5 * DAY).act("case_transferred", Office::Prosecutor);
        }
        if self.w.chance(12) {
            let birth_date = self.w.opening_day() - self.w.between(5_000, 6_400);
            self.w.text("birth_date", date(birth_date));
            self.pass(HOUR, 5 * DAY).act("child_identified", Office::Investigator);
        }
        if self.w.chance(55) {
            self.pass(DAY, 30 * DAY).act("case_closed", Office::Prosecutor);
        }
        for _ in 0..self.w.pick(&[0, 0, 0, 0, 1, 2]) {
            self.w.withdraw_one();
        }
    }
}

//! Badly run cases: late and sloppy, but every line is valid.

mod detention;
mod ending;
mod incidents;

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
const AUTHORITIES: [&str; 3] = ["investigator", "prosecutor", "court"];
const COURTS: [&str; 3] = [r#""juvenile_court""#, r#""juvenile_panel""#, r#""other""#];
const MEDIATORS: [&str; 4] = ["village", "justice_office", "investigator", "prosecutor"];

/// A case in the making: the writer and the moment that the case has reached.
struct Course<'a> {
    w: &'a mut Writer,
    /// The moment, in civil seconds.
    now: i64,
    /// How many offences the opening has.
    offences: i64,
    /// The ids of the actions that added further ones.
    added: Vec<String>,
}

/// One case: the investigation, up to three detentions, mediation, the way of the case file, the court, corrections.
pub(super) fn write(w: &mut Writer) {
    let offences = open(w);
    let now = w.opened_at();
    let mut course = Course { w, now, offences, added: Vec::new() };
    course.beginning();
    for _ in 0..course.w.pick(&[0, 1, 1, 1, 2, 3]) {
        course.detention();
        course.now += course.w.between(HOUR, 20 * DAY);
        course.incidents();
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

    /// Writes an action at this moment, sometimes with its date alone. Returns its id.
    fn act(&mut self, action: &str, by: Office) -> String {
        let when = if self.w.chance(DATE_ALONE) { When::DateAlone(self.now) } else { When::Instant(self.now) };
        self.w.act(action, when, by)
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
            self.flag("specialised", 88).pass(MINUTE, 3 * DAY).act("investigation_opened", Office::Investigator);
        }
        for _ in 0..self.w.pick(&[0, 0, 1, 3, 3, 4]) {
            let authority = self.w.pick(&AUTHORITIES);
            self.w.text("authority", authority);
            if self.w.chance(60) {
                let appear_on = date(self.now / DAY + 3);
                self.w.text("appear_on", appear_on);
            }
            self.pass(HOUR, 3 * DAY).act("summons_served", Office::Investigator);
            if self.w.chance(75) {
                let reason = self.w.pick(&["null", "null", "null", r#""ill""#, r#""school examination""#]);
                self.w.text("authority", authority).field("reason", reason);
                self.pass(HOUR, 3 * DAY).act("summons_missed", Office::Investigator);
            }
        }
        if self.w.chance(60) {
            self.pass(0, DAY).act("charge_told", Office::Investigator);
        }
        for _ in 0..self.w.pick(&[0, 1, 1, 2]) {
            self.interview();
        }
    }

    fn interview(&mut self) {
        self.one_of("attended_by", &ATTENDANCES).flag("dedicated_room", 80);
        self.flag("openly", 90).flag("specialised", 85);
        self.pass(HOUR, 4 * DAY).act("interview_started", Office::Investigator);
        if self.w.chance(92) {
            self.one_of("attended_throughout", &ATTENDANCES).flag("answered_for_child", 15);
            self.pass(20 * MINUTE, 100 * MINUTE).act("interview_ended", Office::Investigator);
        }
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
            self.offence_added();
        }
        if self.w.chance(20) {
            self.reclassified();
        }
        self.incidents();
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
            if self.w.chance(50) {
                let mediator = self.w.pick(&MEDIATORS);
                self.w.text("mediator", mediator);
            }
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
            self.flag("mediation_possible", 60).pass(HOUR, 8 * DAY).act("file_sent", Office::Investigator);
            self.pass(HOUR, 3 * DAY).act("file_received", Office::Prosecutor);
        }
        match self.w.between(1, 10) {
            1 => _ = self.pass(HOUR, 13 * DAY).act("prosecution_declined", Office::Prosecutor),
            2 => self.mediation(),
            _ => {
                self.flag("mediation_possible", 30).one_of("court_kind", &COURTS);
                self.pass(HOUR, 13 * DAY).act("prosecution_ordered", Office::Prosecutor);
            }
        }
    }
}

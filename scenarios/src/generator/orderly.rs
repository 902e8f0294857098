//! Well-run cases: every limit is kept by the strictest count, and every field is filled in.

use super::writer::{Child, DAY, HOUR, MINUTE, Offence, Office, When, Writer};

/// The four grounds of Art. 63 with one of the risks.
const GROUNDS: [&str; 3] = [
    r#"["elements","firm_evidence","flight"]"#,
    r#"["elements","firm_evidence","tampering"]"#,
    r#"["elements","firm_evidence","harm_to_others","flight"]"#,
];

/// One case: prosecuted from custody, mediated by the prosecutor, or settled before any investigation.
pub(super) fn write(w: &mut Writer) {
    match w.between(1, 100) {
        1..=60 => prosecuted(w),
        61..=90 => mediated_by_the_prosecutor(w),
        _ => settled_at_once(w),
    }
}

/// Opens the case of a child of 15 to 17. Returns whether the offence is a crime.
fn open(w: &mut Writer, serious: bool) -> bool {
    let committed_on = w.opening_day() - w.between(1, 20);
    // 5,490 days are more than fifteen years, 6,490 fewer than eighteen.
    let birth_date = Some(committed_on - w.between(5_490, 6_490));
    let crime = serious && w.chance(25);
    let (class, min_months, max_months) = match (serious, crime) {
        (false, _) => ("major", 6, w.pick(&[12, 18, 24, 30])),
        (true, false) => ("major", 36, w.pick(&[48, 60, 72])),
        (true, true) => ("crime", 60, w.pick(&[96, 120, 180])),
    };
    w.open(&Child { birth_date, age_years: None }, &[Offence { class, min_months, max_months, serious, committed_on }]);
    let complaint = w.opened_at() + 5 * MINUTE;
    w.act("complaint_received", When::Instant(complaint), Office::Investigator);
    crime
}

fn interview(w: &mut Writer, days: i64) {
    let start = w.office_hour(days);
    let attended_by = w.pick(&[r#"["parent","lawyer"]"#, r#"["parent","protector"]"#, r#"["guardian","lawyer"]"#]);
    w.field("attended_by", attended_by).field("dedicated_room", true).field("openly", true).field("specialised", true);
    w.act("interview_started", When::Instant(start), Office::Investigator);
    w.field("attended_throughout", attended_by).field("answered_for_child", false);
    let end = start + w.between(35, 88) * MINUTE;
    w.act("interview_ended", When::Instant(end), Office::Investigator);
}

fn mediation_session(w: &mut Writer, days: i64, by: Office) {
    let at = w.office_hour(days);
    let attended_by = w.pick(&[r#"["child","parent"]"#, r#"["child","guardian","social_worker"]"#]);
    w.field("attended_by", attended_by).field("evidence_solid", true).field("child_acknowledges", true);
    w.act("mediation_session", When::Instant(at), by);
}

fn on_day(w: &mut Writer, action: &str, days: i64, by: Office) {
    let at = w.office_hour(days);
    w.act(action, When::Instant(at), by);
}

fn close(w: &mut Writer, days: i64, reason: &str) {
    w.text("reason", reason);
    on_day(w, "case_closed", days, Office::Prosecutor);
}

/// Custody, remand, perhaps release, prosecution, hearing, judgment.
fn prosecuted(w: &mut Writer) {
    let crime = open(w, true);
    let opened = w.opened_at() + 10 * MINUTE;
    w.field("specialised", true);
    w.act("investigation_opened", When::Instant(opened), Office::Investigator);
    w.act("charge_told", When::Instant(opened + 10 * MINUTE), Office::Investigator);
    let custody = custody(w);
    interview(w, 1);
    interview(w, 5);
    interview(w, 9);

    let file_sent = w.between(14, 50);
    let prosecution = file_sent + 1 + w.between(2, 7);
    let order_received = prosecution + w.between(1, 2);
    let hearing = order_received + w.between(3, 11);
    let judgment = hearing + w.between(0, 2);
    let release = (!crime && w.chance(75)).then(|| w.between(3, file_sent - 2));

    // A release may come two days after its request.
    let last = release.map_or(judgment, |days| days + 2);
    remand(w, custody, last, release.unwrap_or(prosecution) - 1);
    if let Some(days) = release {
        release_on_request(w, days);
    }
    if file_sent > 28 {
        w.text("agreed_by", "prosecutor");
        on_day(w, "investigation_extended", 27, Office::Investigator);
    }
    w.field("mediation_possible", false);
    on_day(w, "file_sent", file_sent, Office::Investigator);
    on_day(w, "file_received", file_sent + 1, Office::Prosecutor);
    w.field("mediation_possible", false).text("court_kind", "juvenile_court");
    on_day(w, "prosecution_ordered", prosecution, Office::Prosecutor);
    on_day(w, "prosecution_order_received", order_received, Office::Court);
    w.text("authority", "court");
    on_day(w, "summons_served", order_received + 1, Office::Court);
    hearing_and_judgment(w, hearing, judgment, crime);
    let closed = judgment + w.between(20, 40);
    close(w, closed, "judgment final");
}

/// Custody on the day of the opening, with its four duties (Art. 62). Returns its instant.
fn custody(w: &mut Writer) -> i64 {
    let custody = w.opened_at() + w.between(30, 120) * MINUTE;
    w.field("evidence_firm", true).field("necessary", true);
    w.field("place", r#"{"children_only":true,"sexes_separated":true}"#);
    w.act("custody_started", When::Instant(custody), Office::Investigator);
    let told = custody + w.between(2, 10) * MINUTE;
    w.act("rights_told", When::Instant(told), Office::Investigator);
    w.act("reason_told", When::Instant(told + MINUTE), Office::Investigator);
    let notified = custody + w.between(5, 55) * MINUTE;
    w.act("parents_notified", When::Instant(notified), Office::Investigator);
    let checked = custody + w.between(2, 8) * HOUR;
    w.act("medical_check", When::Instant(checked), Office::Investigator);
    custody
}

fn order(w: &mut Writer, by: Office) {
    let by = if matches!(by, Office::Court) { "juvenile_court" } else { "prosecutor" };
    let number = w.between(1, 999);
    w.field("order", format_args!(r#"{{"by":"{by}","number":"{number}"}}"#));
}

/// The remand and the extensions that it needs until the day `last`. All are ordered by the day `ordered_by`, before the
/// prosecution, since an extension is for further investigation (Art. 64).
fn remand(w: &mut Writer, custody: i64, last: i64, ordered_by: i64) {
    let by = w.pick(&[Office::Prosecutor, Office::Prosecutor, Office::Court]);
    let ordered = custody + w.between(20 * HOUR, 46 * HOUR);
    order(w, by);
    let grounds = w.pick(&GROUNDS);
    w.field("grounds", grounds).field("necessary", true).field("last_resort", true);
    w.act("remand_ordered", When::Instant(ordered), by);
    // By the strictest count, a month still has at least 28 days, the first one counted.
    let mut extension = 1;
    while 27 * extension < last {
        let day = (27 * extension).min(ordered_by);
        let at = (w.opening_day() + day) * DAY + 9 * HOUR + extension * 10 * MINUTE;
        order(w, by);
        w.field("months", 1).field("for_investigation", true).field("grounds", grounds);
        w.act("remand_extended", When::Instant(at), by);
        extension += 1;
    }
}

fn release_on_request(w: &mut Writer, days: i64) {
    let requested = w.office_hour(days);
    let requested_by = w.pick(&["parent", "guardian", "relative"]);
    w.text("requested_by", requested_by);
    w.act("release_requested", When::Instant(requested), Office::Investigator);
    let opinion = requested + w.between(2, 20) * HOUR;
    w.act("release_opinion_given", When::Instant(opinion), Office::Investigator);
    let sent = opinion + w.between(5, 60) * MINUTE;
    w.act("release_request_sent", When::Instant(sent), Office::Investigator);
    let received = sent + w.between(5, 60) * MINUTE;
    w.act("release_request_received", When::Instant(received), Office::Prosecutor);
    let decided = received + w.between(1, 22) * HOUR;
    w.field("granted", true);
    w.act("release_decided", When::Instant(decided), Office::Prosecutor);
    let released = decided + w.between(5, 55) * MINUTE;
    w.text("kind", "provisional").field("bail", false).field("bail_necessary", false);
    w.field("guaranteed_by", r#"["parent"]"#);
    w.act("released", When::Instant(released), Office::Investigator);
}

fn hearing_and_judgment(w: &mut Writer, hearing: i64, judgment: i64, crime: bool) {
    let interpreter = w.chance(20);
    w.field("substantive", true).field("closed", true).field("suitable_room", true);
    w.field("child_attended", true).field("child_heard", true);
    w.field("interpreter_needed", interpreter).field("interpreter_present", interpreter);
    w.field("defended_by", r#"["lawyer"]"#).field("attended_by", r#"["parent"]"#).text("court_kind", "juvenile_court");
    let heard = (w.opening_day() + hearing) * DAY + 9 * HOUR;
    w.act("hearing_held", When::Instant(heard), Office::Court);

    let judged = (w.opening_day() + judgment) * DAY + 15 * HOUR;
    let imprisonment = crime && w.chance(50);
    let measure = if imprisonment { "imprisonment" } else { w.pick(&["court_measure", "suspended"]) };
    w.text("measure", measure).field("other_measures_considered", true);
    if imprisonment {
        let months = w.between(6, 36);
        w.field("months", months).text("served_in", "training_centre");
    }
    if measure == "suspended" {
        w.field("handed_to", r#"["parent"]"#);
    }
    w.act("judgment_given", When::Instant(judged), Office::Court);
    if imprisonment {
        w.act("training_centre_entered", When::Instant(judged + DAY), Office::Court);
    } else {
        w.text("kind", "final");
        w.act("released", When::Instant(judged + 30 * MINUTE), Office::Investigator);
    }
}

/// Mediation fails in the village, at the justice office and at the investigator; the prosecutor's succeeds.
fn mediated_by_the_prosecutor(w: &mut Writer) {
    open(w, false);
    let failed = w.between(8, 20);
    for (level, days) in [("village", 1), ("justice_office", 3), ("investigator", 5)] {
        w.text("to", level);
        on_day(w, "referred_to_mediation", days, Office::Investigator);
        let ended = if level == "investigator" { failed } else { days + 1 };
        if level == "investigator" {
            mediation_session(w, failed - 1, Office::Investigator);
        }
        w.field("settled", false).text("mediator", level).field("measures", "[]");
        on_day(w, "mediation_ended", ended, Office::Investigator);
    }
    let opened = failed + 1;
    let opened_at = (w.opening_day() + opened) * DAY + 8 * HOUR;
    w.field("specialised", true);
    w.act("investigation_opened", When::Instant(opened_at), Office::Investigator);
    w.act("charge_told", When::Instant(opened_at + 10 * MINUTE), Office::Investigator);
    w.text("authority", "investigator");
    on_day(w, "summons_served", opened + 1, Office::Investigator);
    interview(w, opened + 3);
    interview(w, opened + 6);
    interview(w, opened + 8);
    let sent = opened + w.between(10, 27);
    w.field("mediation_possible", true);
    on_day(w, "file_sent", sent, Office::Investigator);
    let received = sent + 1;
    on_day(w, "file_received", received, Office::Prosecutor);
    let referred = received + w.between(1, 7);
    w.text("to", "prosecutor");
    on_day(w, "referred_to_mediation", referred, Office::Prosecutor);
    let settled = referred + w.between(8, 20);
    for days in [referred + 3, referred + 5, settled - 1] {
        mediation_session(w, days, Office::Prosecutor);
    }
    settle(w, settled, Office::Prosecutor, "prosecutor");
}

/// The investigator's mediation succeeds within the thirty days of Art. 58(2).
fn settled_at_once(w: &mut Writer) {
    open(w, false);
    let settled = w.between(10, 25);
    for days in [3, 6, settled - 1] {
        mediation_session(w, days, Office::Investigator);
    }
    settle(w, settled, Office::Investigator, "investigator");
}

fn settle(w: &mut Writer, days: i64, by: Office, mediator: &str) {
    let measures = w.pick(&[r#"["apology"]"#, r#"["apology","compensation"]"#, r#"["warning","community_work"]"#]);
    w.field("settled", true).text("mediator", mediator).field("measures", measures);
    on_day(w, "mediation_ended", days, by);
    let closed = days + w.between(2, 10);
    close(w, closed, "settled");
}

//! The lines of the cases that stand on the pages.

/// The line that opens a case of Vientiane Capital.
pub fn opening(case: &str, at: &str, class: &str) -> String {
    format!(
        r#"{{"case":"{case}","action":"case_opened","at":"{at}","by":"vte-investigation","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","legal_aid":"vte-legal-aid","child":{{"ref":"C-{case}","birth_date":"2009-11-02","sex":"m"}},"offences":[{{"class":"{class}","penalty_months":{{"min":36,"max":72}},"committed_on":"2025-12-04","serious":true}}]}}"#
    )
}

/// The opening of `tests::lines`, which names a legal aid office too.
pub fn with_legal_aid(case: &str) -> String {
    tests::lines::opening(case).replace(r#""child":"#, r#""legal_aid":"vte-legal-aid","child":"#)
}

/// A medical check by an office.
pub fn check(case: &str, by: &str) -> String {
    tests::lines::action(case, "medical_check", "2026-03-02T10:00:00+07:00", "")
        .replace("\"vte-investigation\"", &format!("\"{by}\""))
}

/// A line of a case.
pub fn line(case: &str, action: &str, at: &str, by: &str, more: &str) -> String {
    format!(r#"{{"case":"{case}","action":"{action}","at":"{at}","by":"{by}"{more}}}"#)
}

/// The lines of a case whose child is in remand since an order, after a custody of which the parents were told.
pub fn in_remand(case: &str, custody: &str, order: &str) -> String {
    let investigator = "vte-investigation";
    [
        opening(case, custody, "major"),
        line(case, "custody_started", custody, investigator, r#","evidence_firm":true"#),
        line(case, "parents_notified", custody, investigator, ""),
        line(
            case,
            "remand_ordered",
            order,
            "vte-juvenile-court",
            r#","order":{"by":"juvenile_court","number":"5/2026"},"grounds":["elements","firm_evidence","tampering"],"necessary":true"#,
        ),
    ]
    .join("\n")
}

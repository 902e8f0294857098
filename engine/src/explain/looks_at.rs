//! What a rule looks at: the fields of the action, and the questions of the readings.

use crate::rulebook::RuleId;

/// The fields of the action that a condition looks at. They hold fixed words or yes and no, never free text.
pub(super) const fn fields_of(rule: RuleId) -> &'static [&'static str] {
    match rule {
        RuleId::DiversionFirst => &["mediation_possible"],
        RuleId::MediationAttended | RuleId::InterviewAttended => &["attended_by"],
        RuleId::MediationGrounds => &["evidence_solid", "child_acknowledges"],
        RuleId::InterviewRoom => &["dedicated_room"],
        RuleId::InvestigationExtensionAgreed => &["agreed_by"],
        RuleId::BroughtInWithParents => &["accompanied_by"],
        RuleId::CustodyGrounds => &["evidence_firm"],
        RuleId::CustodyPlace => &["place.children_only", "place.sexes_separated"],
        RuleId::ArrestOrder => &["order", "flagrant", "urgent"],
        RuleId::ArrestGrounds | RuleId::RemandGrounds => &["grounds"],
        RuleId::RemandOrder => &["order"],
        RuleId::RemandExtensionLength => &["months"],
        RuleId::RemandExtensionGround => &["for_investigation"],
        RuleId::VisitsAllowed => &["visitor"],
        RuleId::BailUnlessNecessary => &["bail", "bail_necessary"],
        RuleId::HearingClosed => &["closed", "suitable_room"],
        RuleId::HearingChildHeard => &["child_attended", "child_heard"],
        RuleId::HearingLanguage => &["interpreter_needed", "interpreter_present"],
        RuleId::HearingDefence => &["defended_by", "attended_by"],
        RuleId::ForbiddenSentence => &["measure"],
        RuleId::ImprisonmentLastResort => &["measure", "other_measures_considered"],
        RuleId::TrainingCentre => &["measure", "served_in"],
        _ => &[],
    }
}

/// Whether a rule depends on a question of the readings.
pub fn bears_on(rule: RuleId, question: &str) -> bool {
    let days = matches!(question, "first_day" | "unknown_time");
    match rule {
        RuleId::Interview90Min => question == "unknown_time",
        RuleId::Custody48h => matches!(question, "custody_from" | "repeat_detention" | "remand_order" | "unknown_time"),
        RuleId::Investigation30d => days || matches!(question, "investigation_from" | "extension_chain"),
        RuleId::InvestigatorMediation30d | RuleId::Prosecutor10d => days,
        RuleId::RemandTerm => days || matches!(question, "month" | "remand_from" | "extension_chain"),
        RuleId::RemandCap => days || matches!(question, "month" | "remand_from" | "repeat_detention" | "lower_cap"),
        RuleId::ReleaseOpinion24h => matches!(question, "release_request_by" | "unknown_time"),
        RuleId::ReleaseDecision24h => matches!(question, "release_request_by" | "decision_from" | "unknown_time"),
        RuleId::ProsecutorMediation30d => days || question == "failed_mediation",
        RuleId::Court15d => days || question == "hearing",
        RuleId::AgeOfResponsibility => question == "age_at",
        RuleId::DiversionFirst | RuleId::CustodyGrounds | RuleId::ArrestGrounds | RuleId::RemandGrounds => {
            question == "three_years"
        }
        RuleId::InterviewAttended => question == "lawyer_as_protector",
        RuleId::InvestigationExtensionAgreed => days || matches!(question, "investigation_from" | "extension_chain"),
        RuleId::ThreeSummonses => question == "summonses",
        RuleId::RemandExtensionLate => days || matches!(question, "month" | "remand_from" | "extension_chain"),
        RuleId::RemandExtensionPastCap => question == "lower_cap",
        _ => false,
    }
}

//! The law: worked cases, sample data, properties, and the life of an alert.

#[path = "law/admission.rs"]
mod admission;
#[path = "law/alerts.rs"]
mod alerts;
#[path = "law/docket.rs"]
mod docket;
#[path = "law/event_format.rs"]
mod event_format;
#[path = "law/properties.rs"]
mod properties;
#[path = "law/refusals.rs"]
mod refusals;
#[path = "law/rulebook_decides.rs"]
mod rulebook_decides;
#[path = "law/sample.rs"]
mod sample;
#[path = "law/told_in_parts.rs"]
mod told_in_parts;
#[path = "law/wording.rs"]
mod wording;
#[path = "law/worked_cases.rs"]
mod worked_cases;

//! The law: worked cases, sample data, properties, and the life of an alert.

mod admission;
mod alerts;
mod disclosed;
mod docket;
mod escalation;
mod event_format;
mod figures;
mod given;
mod liberty;
mod made_up_cases;
mod properties;
mod refusals;
mod rulebook_decides;
mod sample;
mod sealing;
mod second_look;
mod told_in_parts;
mod voided;
mod wording;
mod worked_cases;

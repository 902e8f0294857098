//! The figures of the log's witnesses.

use super::exposition::Exposition;
use crate::witnesses::{OfWitness, Standing};

pub(super) fn write(standing: &Standing, out: &mut Exposition) {
    let of_each = |name: &str, out: &mut Exposition, value: &dyn Fn(&OfWitness) -> Option<u64>| {
        for of in &standing.witnesses {
            if let Some(value) = value(of) {
                out.labelled(name, &[("witness", &of.name)], value);
            }
        }
    };
    let name = "kamnot_witness_cosigning";
    out.gauge(name, "Whether a witness of the policy cosigned when it was asked last (1) or not (0).");
    of_each(name, out, &|of| Some(u64::from(of.trouble.is_none())));
    let name = "kamnot_witness_leaves";
    out.gauge(name, "How many leaves the log's tree had in the checkpoint that a witness cosigned last.");
    of_each(name, out, &|of| of.size);
    if let Some(met) = standing.quorum {
        out.gauge("kamnot_quorum_leaves", "How many leaves the log's tree had in the last checkpoint with a quorum.");
        out.value("kamnot_quorum_leaves", met.size);
        out.gauge("kamnot_quorum_time_seconds", "When the quorum was met last, in seconds since 1970.");
        out.value("kamnot_quorum_time_seconds", met.time);
    }
}

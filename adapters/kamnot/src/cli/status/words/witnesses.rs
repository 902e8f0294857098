//! What `kamnot status` says of the log's witnesses.

use engine::calendar::Instant;
use projections::letters::Trouble;
use service::witnesses::{CONTRADICTS, Met, OfWitness, Standing};

use super::{Check, Finding, State, Words, ago_en, ago_lo};

impl Words {
    /// One that is away is told, and is no failure; one that contradicts the log wants attention.
    pub fn witnesses(self, standing: &Standing, now: Instant) -> Finding {
        let contradicts = |of: &OfWitness| of.trouble.as_deref() == Some(CONTRADICTS);
        let cosigning = standing.witnesses.iter().filter(|of| of.trouble.is_none()).count();
        let all = standing.witnesses.len();
        let mut said = vec![self.say(format!("{cosigning} of {all} cosign"), format!("{cosigning} ໃນ {all} ຮ່ວມເຊັນ"))];
        said.extend(standing.witnesses.iter().filter_map(|of| {
            let why = of.trouble.as_deref()?;
            let why = if contradicts(of) {
                self.word("CONTRADICTS THE LOG", "ຂັດກັບບັນທຶກ").to_owned()
            } else {
                Trouble::of_word(why).map_or_else(String::new, |why| why.sentence(self.0))
            };
            Some(format!("{}: {why}", of.name))
        }));
        said.push(standing.quorum.map_or_else(
            || self.say("no quorum was met yet", "ຍັງບໍ່ຄົບຈຳນວນ"),
            |Met { size, time }| {
                let ago = now.since(Instant::from_unix(i64::try_from(time).unwrap_or(0))).max(0);
                let en = format!("the quorum was met for size {size}, {} ago", ago_en(ago));
                self.say(en, format!("ຄົບຈຳນວນ ສຳລັບຂະໜາດ {size}, {} ກ່ອນ", ago_lo(ago)))
            },
        ));
        let state = if standing.witnesses.iter().any(contradicts) { State::Attention } else { State::Well };
        Finding { check: Check::Witnesses, state, found: said.join("; ") }
    }
}

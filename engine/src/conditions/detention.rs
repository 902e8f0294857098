//! Conditions on actions that take the child's liberty or end a detention: age, bringing-in, arrest, custody, remand,
//! visits, release.

use super::{Before, Fails, PARENTS, Tester, all, any, has_any, not};
use crate::action::{ActionName as N, Authority, Ground, OrderOnRecord, Person, Place, ReleaseKind, What};
use crate::calendar;
use crate::limits::{Under, remand_around};
use crate::rulebook::{AgeAt, Reading, Role, RuleId, Summonses};
use crate::timeline::{CUSTODY, Episode, Names};

impl<'t> Tester<'t> {
    /// Art. 50: a child under fifteen at the time of the offence is not treated as a criminal offender.
    pub(super) fn age_of_responsibility(&mut self, what: &What) {
        let owed_by = match what {
            What::RemandOrdered { .. } => self.ordered_by(),
            What::ProsecutionOrdered { .. } => Role::Prosecutor,
            _ => Role::Investigator,
        };
        let years = self.book.numbers.responsible_age;
        let Some(birth) = self.timeline.birth_date() else {
            let stated = self.timeline.age_years();
            let under_age = stated.map(|age| age < u64::from(years));
            self.arguable(RuleId::AgeOfResponsibility, owed_by, &[("child.birth_date", true)], under_age);
            return;
        };
        let responsible_from = calendar::birthday(birth, years);
        let brought_in = matches!(what, What::BroughtIn { .. });
        let [earliest, latest] = self.timeline.committed();
        self.condition(RuleId::AgeOfResponsibility, owed_by, &[], |under, reading| {
            let tested = match under.choices.age_at {
                AgeAt::EarliestOffence => earliest,
                AgeAt::LatestOffence => latest,
            };
            let untested = brought_in && reading == Reading::Lenient;
            Some(!untested && tested < responsible_from)
        });
    }

    /// Art. 61: "ໄດ້ຮຽກຕົວເດັກ ເຖິງສາມຄັ້ງແລ້ວ ແຕ່ກໍຍັງບໍ່ມາໂດຍບໍ່ມີເຫດຜົນ": the child was summoned three times and
    /// still does not come, without reason.
    pub(super) fn three_summonses(&mut self, by: Authority) {
        let Before { summonses_served: served, summonses_missed: missed, .. } = self.before;
        let missed_without_reason = self.before.missed_without_reason[by as usize];
        let last_missed_with_reason = self.before.last_missed_with_reason;
        let enough = self.book.numbers.summonses as usize;
        self.condition(RuleId::ThreeSummonses, Role::Investigator, &[], |under, _| {
            Some(match under.choices.summonses {
                Summonses::ThreeMissed => missed_without_reason < enough,
                Summonses::ThreeServed => {
                    (served < enough && missed < enough) || last_missed_with_reason != Some(false)
                }
            })
        });
    }

    /// Art. 61: the child is brought in together with parents or guardian.
    pub(super) fn brought_in_with_parents(&mut self, accompanied_by: Option<&Vec<Person>>) {
        let fails = not(has_any(accompanied_by, PARENTS));
        self.certain(
            RuleId::BroughtInWithParents,
            Role::Investigator,
            &[("accompanied_by", accompanied_by.is_none())],
            fails,
        );
    }

    /// Art. 62: custody needs a serious offence from three years up, and firm evidence.
    pub(super) fn custody_grounds(&mut self, evidence_firm: Option<bool>) {
        let serious = self.offence().serious;
        let short = |under: Under<'t>| self.under_three_years(under);
        let [protective, lenient] = Under::both(self.timeline, self.book).map(short);
        self.condition(
            RuleId::CustodyGrounds,
            Role::Investigator,
            &[("evidence_firm", evidence_firm.is_none())],
            |_, reading| {
                let short = if reading == Reading::Protective { protective } else { lenient };
                any([Some(!serious), not(evidence_firm), Some(short)])
            },
        );
    }

    /// Art. 62(6): a place for children only, with the sexes separated.
    pub(super) fn custody_place(&mut self, place: Option<Place>) {
        let children_only = place.and_then(|place| place.children_only);
        let sexes_separated = place.and_then(|place| place.sexes_separated);
        let fields = [
            ("place", place.is_none()),
            ("place.children_only", place.is_some() && children_only.is_none()),
            ("place.sexes_separated", place.is_some() && sexes_separated.is_none()),
        ];
        self.certain(
            RuleId::CustodyPlace,
            Role::Investigator,
            &fields,
            any([not(children_only), not(sexes_separated)]),
        );
    }

    /// Art. 62(1), (2), (4), which Art. 63 applies to an arrest too: three duties, tested when a release, a remand or a
    /// judgment ends the custody.
    pub(super) fn custody_duties(&mut self) {
        const TESTED_ON: Names = Names::of(&[N::Released, N::RemandOrdered, N::JudgmentGiven]);
        const DUTIES: [(RuleId, N); 3] = [
            (RuleId::CustodyDutiesMedicalCheck, N::MedicalCheck),
            (RuleId::CustodyDutiesParentsNotified, N::ParentsNotified),
            (RuleId::CustodyDutiesRightsTold, N::RightsTold),
        ];
        let Some(&Episode { begin, taking, .. }) = self.timeline.episode_around(self.index) else { return };
        let first = self.timeline.find(TESTED_ON, taking, self.index).is_none();
        let custody = self.timeline.find(CUSTODY, taking, self.index).is_some();
        if !first || !custody {
            return;
        }
        for (rule, duty) in DUTIES {
            let done = self.timeline.find(Names::of(&[duty]), begin + 1, self.index).is_some();
            self.certain(rule, Role::Investigator, &[], Some(!done));
        }
    }

    /// Art. 63: an arrest needs a written order, unless the case is flagrant or urgent, and the offence is serious.
    pub(super) fn arrest_order(&mut self, order: &OrderOnRecord, flagrant: Option<bool>, urgent: Option<bool>) {
        let excepted = all([any([flagrant, urgent]), Some(self.offence().serious)]);
        let fields = [("flagrant", flagrant.is_none()), ("order", order.is_none()), ("urgent", urgent.is_none())];
        let fails = all([no_written_order(order), not(excepted)]);
        self.certain(RuleId::ArrestOrder, Role::Investigator, &fields, fails);
    }

    /// Art. 63: the law sets the four conditions for an order, so the lenient reading tests them only if there is an order.
    pub(super) fn arrest_grounds(&mut self, order: &OrderOnRecord, grounds: Option<&Vec<Ground>>) {
        let ordered = no_written_order(order) == Some(false);
        let [protective, lenient] =
            Under::both(self.timeline, self.book).map(|under| self.four_grounds_missing(under, grounds));
        self.condition(RuleId::ArrestGrounds, Role::Investigator, &[("grounds", grounds.is_none())], |_, reading| {
            match reading {
                Reading::Protective => protective,
                Reading::Lenient if ordered => lenient,
                Reading::Lenient => Some(false),
            }
        });
    }

    /// Art. 64(1): "ຕ້ອງມີຄຳສັ່ງເປັນລາຍລັກອັກສອນ", there must be a written order.
    pub(super) fn remand_order(&mut self, order: &OrderOnRecord) {
        self.certain(RuleId::RemandOrder, self.ordered_by(), &[("order", order.is_none())], no_written_order(order));
    }

    /// Art. 64(1): a remand needs the four conditions of Art. 63.
    pub(super) fn remand_grounds(&mut self, grounds: Option<&Vec<Ground>>) {
        let [protective, lenient] =
            Under::both(self.timeline, self.book).map(|under| self.four_grounds_missing(under, grounds));
        self.condition(RuleId::RemandGrounds, self.ordered_by(), &[("grounds", grounds.is_none())], |_, reading| {
            match reading {
                Reading::Protective => protective,
                Reading::Lenient => lenient,
            }
        });
    }

    /// Arts 63(2), 64: the law provides no remand for a minor offence.
    pub(super) fn remand_minor_offence(&mut self) {
        let minor = self.offence().class == crate::action::Class::Minor;
        self.certain(RuleId::RemandMinorOffence, self.ordered_by(), &[], Some(minor));
    }

    /// Art. 64: an extension is ordered in time, for one month, within the cap, for further investigation.
    pub(super) fn remand_extension(&mut self, months: Option<u64>, for_investigation: Option<bool>) {
        let owed_by = self.ordered_by();
        let index = self.index;
        let remand = remand_around(&self.limits.remands, index);
        let running = remand.and_then(|remand| Some((remand, remand.nth_extension(index)?)));

        let after_prosecution = self.before.prosecution_ordered;
        let ground = [("for_investigation", for_investigation.is_none())];
        self.condition(RuleId::RemandExtensionGround, owed_by, &ground, |_, reading| {
            any([not(for_investigation), Some(after_prosecution && reading == Reading::Protective)])
        });

        let extended = running.and_then(|(remand, k)| {
            let opened_by = if k == 1 { remand.order } else { remand.extensions[k - 2] };
            self.limits.deadline(RuleId::RemandTerm, opened_by, u32::try_from(k - 1).unwrap_or(u32::MAX))
        });
        self.condition(RuleId::RemandExtensionLate, owed_by, &[], |under, reading| {
            let Some(extended) = extended else { return Some(true) };
            Some(extended.reckoning(reading).is_some_and(|period| under.discharges(index) > period.due))
        });

        let too_long = months.unwrap_or(1) > u64::from(self.book.numbers.extension_months);
        self.certain(RuleId::RemandExtensionLength, owed_by, &[], Some(too_long));

        if let Some((remand, k)) = running {
            let [protective, lenient] =
                remand.cap_before(index).map(|cap| cap.is_some_and(|months| k + 1 > months as usize));
            self.condition(RuleId::RemandExtensionPastCap, owed_by, &[], |_, reading| match reading {
                Reading::Protective => Some(protective),
                Reading::Lenient => Some(lenient),
            });
        }
    }

    /// Art. 64(2): visits by "ພໍ່ແມ່, ຜູ້ປົກຄອງ, ຍາດພີ່ນ້ອງ, ໝູ່ເພື່ອນ ແລະຜູ້ປົກປ້ອງ"; a lawyer is not named.
    pub(super) fn visits_allowed(&mut self, visitor: Option<Person>) {
        const NAMED: &[Person] =
            &[Person::Parent, Person::Guardian, Person::Relative, Person::Friend, Person::Protector];
        if remand_around(&self.limits.remands, self.index).is_none() {
            return;
        }
        self.condition(RuleId::VisitsAllowed, Role::Investigator, &[("visitor", visitor.is_none())], |_, reading| {
            let visitor = visitor?;
            Some(NAMED.contains(&visitor) || (visitor == Person::Lawyer && reading == Reading::Protective))
        });
    }

    /// Art. 65: no provisional release for a crime, and no bail unless necessary.
    pub(super) fn provisional_release(&mut self, kind: ReleaseKind, bail: Option<bool>, bail_necessary: Option<bool>) {
        if kind != ReleaseKind::Provisional {
            return;
        }
        let fields = [("bail", bail.is_none()), ("bail_necessary", bail_necessary.is_none())];
        self.certain(RuleId::BailUnlessNecessary, Role::Prosecutor, &fields, all([bail, not(bail_necessary)]));
        let crime = self.offence().class == crate::action::Class::Crime;
        self.certain(RuleId::ProvisionalReleaseCrime, Role::Prosecutor, &[], Some(crime));
    }
}

/// Whether the record states that there was no written order (null); unknown if nothing is on record.
fn no_written_order(order: &OrderOnRecord) -> Fails {
    order.as_ref().map(Option::is_none)
}

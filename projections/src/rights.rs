//! Who may do what: one pure function and one table.
//!
//! Invariant: what the table does not name is refused.

use engine::action::{ActionName, OfficeCode};
use engine::alert::Addressees;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use engine::timeline::Timeline;

use crate::view::Seat;

/// In which role a person or token acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A registry clerk of a court.
    Clerk,
    /// A prosecutor.
    Prosecutor,
    /// An investigator.
    Investigator,
    /// A legal aid lawyer.
    Lawyer,
    /// A supervisor of an office and of those below it.
    Supervisor,
    /// Who runs the program. Excludes every other role.
    Operator,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::Clerk, Self::Prosecutor, Self::Investigator, Self::Lawyer, Self::Supervisor, Self::Operator];

    /// The word in files, commands and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Prosecutor => "prosecutor",
            Self::Investigator => "investigator",
            Self::Lawyer => "lawyer",
            Self::Supervisor => "supervisor",
            Self::Operator => "operator",
        }
    }

    /// The role with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// The seat whose cases the role works on; `None` for supervisors and operators.
    pub const fn seat(self) -> Option<Seat> {
        match self {
            Self::Clerk => Some(Seat::Court),
            Self::Prosecutor => Some(Seat::Prosecutor),
            Self::Investigator => Some(Seat::Investigator),
            Self::Lawyer => Some(Seat::LegalAid),
            Self::Supervisor | Self::Operator => None,
        }
    }
}

/// How the office for which somebody acts is related to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The office has the case, in the seat of the role.
    Own,
    /// The office had the case until a transfer.
    Former,
    /// A supervisor's look with a reason that still holds.
    Granted,
    /// None of these, or there is no such case.
    Foreign,
}

impl Relation {
    /// All relations.
    pub const ALL: [Self; 4] = [Self::Own, Self::Former, Self::Granted, Self::Foreign];

    /// How `office`, acting in `role`, is related to a case that these offices have now; `concerned`: whether it ever had the
    /// case or opened it (`Case::concerns`). A supervisor's look is the caller's to know.
    pub fn of(role: Role, office: &OfficeCode, have: &Addressees, concerned: bool) -> Self {
        match role.seat() {
            Some(seat) if seat.of(have) == Some(office) => Self::Own,
            Some(_) if concerned => Self::Former,
            Some(_) | None => Self::Foreign,
        }
    }

    /// As [`Relation::of`], to a case at an instant; `None` if the case was not open by then, or is voided.
    pub fn to_case(role: Role, office: &OfficeCode, case: &Case, book: &Rulebook, at: Instant) -> Option<Self> {
        let have = Timeline::new(case.actions(), at, book)?.offices().into();
        Some(Self::of(role, office, &have, case.concerns(office)))
    }
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Read the docket of the own office, its alerts and what it owes.
    ReadLists,
    /// Read the inbox of the own office; a supervisor's holds what was escalated of the offices below.
    ReadInbox,
    /// Read a case: actions, limits, findings, alerts.
    ReadCase,
    /// Read what is personal in a case: birth date, sex, rural, minority, disability, free texts, order numbers.
    ReadPersonal,
    /// Read who looked at a case.
    ReadLooks,
    /// Record this action in a case.
    Record(ActionName),
    /// Open a case.
    OpenCase,
    /// Use the list of the actions of the own office that need a second look.
    ReadUnconfirmed,
    /// Confirm an action that another person of the own office entered.
    Confirm,
    /// Take, hand over, give back or note an alert.
    HandleAlert,
    /// The same for an alert that was escalated, whose owing office is one below. That it is, the caller has to ask.
    HandleEscalated,
    /// Use the pages on which papers are entered; which papers, [`Act::Record`] and [`Act::OpenCase`] say.
    EnterPapers,
    /// See and revoke the feeds of the own office; an operator, those of all offices.
    ReadFeeds,
    /// Make a feed of the own office's limits.
    MakeFeed,
    /// Hand a shift over to a colleague, and take it over.
    HandOverShift,
    /// Look at a case with a reason.
    AskForLook,
    /// Read how the cases of the own office stand now, as numbers.
    ReadFigures,
    /// Read the exact figures of a period of the own office.
    ReadExactFigures,
    /// Read the figures of the offices below.
    ReadFiguresBelow,
    /// Read the law, one's own looks, and change one's own password and language.
    ReadLaw,
    /// Read which offices are to give their cases to another one: an operator all, others those of the own office.
    ReadOfficeChanges,
    /// Confirm that the cases of the own office go to another one.
    ConfirmOfficeChange,
    /// People, tokens, sessions, health.
    Operate,
}

/// Whether somebody in `role`, whose office stands in `relation` to the case in question, may do `act`. For acts without a
/// case the relation does not count.
pub fn allows(role: Role, relation: Relation, act: Act) -> bool {
    use Act::{
        AskForLook, Confirm, ConfirmOfficeChange, EnterPapers, HandOverShift, HandleAlert, HandleEscalated, MakeFeed,
        OpenCase, Operate, ReadCase, ReadExactFigures, ReadFeeds, ReadFigures, ReadFiguresBelow, ReadInbox, ReadLaw,
        ReadLists, ReadLooks, ReadOfficeChanges, ReadPersonal, ReadUnconfirmed, Record,
    };
    use Relation::{Foreign, Former, Granted, Own};
    use Role::{Clerk, Investigator, Lawyer, Operator, Prosecutor, Supervisor};
    match (role, act, relation) {
        (_, ReadLaw, _)
        | (Operator, Operate | ReadFeeds | ReadOfficeChanges, _)
        | (Supervisor, AskForLook | HandleEscalated | ReadInbox | ReadFigures | ReadFiguresBelow, _)
        | (Supervisor, ReadCase | ReadLooks, Granted)
        | (
            Clerk | Prosecutor | Investigator | Lawyer,
            ReadInbox | ReadLists | EnterPapers | ReadFeeds | MakeFeed | ReadOfficeChanges | ConfirmOfficeChange
            | HandOverShift,
            _,
        )
        | (Clerk | Prosecutor | Investigator, OpenCase | ReadUnconfirmed | ReadFigures | ReadExactFigures, _)
        | (Clerk | Prosecutor | Investigator | Lawyer, ReadCase, Own | Former)
        | (Clerk | Prosecutor | Investigator | Lawyer, ReadPersonal | ReadLooks | HandleAlert, Own)
        | (Clerk | Prosecutor | Investigator, Confirm, Own)
        | (Clerk | Prosecutor | Investigator, Record(_), Own | Former)
        | (Lawyer, Record(ActionName::ReleaseRequested), Own) => true,
        (Clerk | Prosecutor | Investigator | Lawyer | Supervisor | Operator, _, Own | Former | Granted | Foreign) => {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every act, with the roles and relations that may do it: `c` clerk, `p` prosecutor, `i` investigator, `l` lawyer, `s`
    /// supervisor, `o` operator; for the relations own, former, granted and foreign in this order.
    const TABLE: [(Act, [&str; 4]); 24] = [
        (Act::ReadLists, ["cpil", "cpil", "cpil", "cpil"]),
        (Act::ReadInbox, ["cpils", "cpils", "cpils", "cpils"]),
        (Act::ReadCase, ["cpil", "cpil", "s", ""]),
        (Act::ReadPersonal, ["cpil", "", "", ""]),
        (Act::ReadLooks, ["cpil", "", "s", ""]),
        (Act::Record(ActionName::ReleaseRequested), ["cpil", "cpi", "", ""]),
        (Act::Record(ActionName::RemandOrdered), ["cpi", "cpi", "", ""]),
        (Act::ReadUnconfirmed, ["cpi", "cpi", "cpi", "cpi"]),
        (Act::Confirm, ["cpi", "", "", ""]),
        (Act::HandleAlert, ["cpil", "", "", ""]),
        (Act::HandleEscalated, ["s", "s", "s", "s"]),
        (Act::OpenCase, ["cpi", "cpi", "cpi", "cpi"]),
        (Act::EnterPapers, ["cpil", "cpil", "cpil", "cpil"]),
        (Act::ReadFeeds, ["cpilo", "cpilo", "cpilo", "cpilo"]),
        (Act::MakeFeed, ["cpil", "cpil", "cpil", "cpil"]),
        (Act::HandOverShift, ["cpil", "cpil", "cpil", "cpil"]),
        (Act::AskForLook, ["s", "s", "s", "s"]),
        (Act::ReadFigures, ["cpis", "cpis", "cpis", "cpis"]),
        (Act::ReadExactFigures, ["cpi", "cpi", "cpi", "cpi"]),
        (Act::ReadFiguresBelow, ["s", "s", "s", "s"]),
        (Act::ReadLaw, ["cpilso", "cpilso", "cpilso", "cpilso"]),
        (Act::ReadOfficeChanges, ["cpilo", "cpilo", "cpilo", "cpilo"]),
        (Act::ConfirmOfficeChange, ["cpil", "cpil", "cpil", "cpil"]),
        (Act::Operate, ["o", "o", "o", "o"]),
    ];

    #[test]
    fn everybody_may_do_what_the_table_says_and_nothing_else() {
        for (act, of_relations) in TABLE {
            for (relation, may) in Relation::ALL.into_iter().zip(of_relations) {
                for role in Role::ALL {
                    let letter = &role.word()[..1];
                    assert_eq!(allows(role, relation, act), may.contains(letter), "{role:?} {relation:?} {act:?}");
                }
            }
        }
    }

    #[test]
    fn a_lawyer_records_requests_for_release_alone() {
        for action in ActionName::ALL.iter().copied() {
            let may = allows(Role::Lawyer, Relation::Own, Act::Record(action));
            assert_eq!(may, action == ActionName::ReleaseRequested, "{action:?}");
        }
    }

    #[test]
    fn an_operator_sees_no_case_and_no_list() {
        for relation in Relation::ALL {
            for act in [Act::ReadCase, Act::ReadLists, Act::ReadPersonal, Act::ReadLooks, Act::AskForLook] {
                assert!(!allows(Role::Operator, relation, act), "{relation:?} {act:?}");
            }
        }
    }

    #[test]
    fn an_office_has_its_own_cases_in_its_own_seat_and_its_former_ones_apart() {
        let office = |code: &str| OfficeCode::new(code).expect("a code");
        let have = Addressees {
            court: office("vte-juvenile-court"),
            prosecutor: office("vte-prosecutor"),
            investigator: office("vte-investigation"),
            legal_aid: None,
        };
        let of = |role, code: &str, concerned| Relation::of(role, &office(code), &have, concerned);
        assert_eq!(of(Role::Clerk, "vte-juvenile-court", true), Relation::Own);
        assert_eq!(of(Role::Prosecutor, "vte-juvenile-court", true), Relation::Former);
        assert_eq!(of(Role::Clerk, "lpb-juvenile-court", true), Relation::Former);
        assert_eq!(of(Role::Clerk, "lpb-juvenile-court", false), Relation::Foreign);
        assert_eq!(of(Role::Lawyer, "vte-legal-aid", false), Relation::Foreign);
        assert_eq!(of(Role::Supervisor, "vte-juvenile-court", true), Relation::Foreign);
        assert_eq!(of(Role::Operator, "vte-juvenile-court", true), Relation::Foreign);
    }
}

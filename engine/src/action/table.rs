//! The table of actions: the fields of each, with name, kind, need and meaning.
//!
//! Everything that knows an action's fields takes them from here: reading, writing, sheets, templates, questions, and the
//! check of a rulebook's tests. A new field is one entry here, and its name in the rulebook's texts.

use super::field::FieldKind::{Case, Count, Day, Flag, Id, Object, Objects, Offence, Office, Text, When, Word, Words};
use super::field::Need::{AnyOf, Optional, Required};
use super::field::{Field, FieldKind, Need};
use super::{ActionName, Class};

/// The people around a child.
const PEOPLE: FieldKind = Words(PERSON);
const PERSON: &[&str] =
    &["parent", "guardian", "relative", "protector", "lawyer", "friend", "social_worker", "child", "interpreter"];
/// The conditions of an order under Art. 63.
const GROUNDS: &[&str] =
    &["elements", "firm_evidence", "flight", "tampering", "reoffending", "harm_to_others", "harm_to_child"];
/// The authority that acts (Art. 61).
const AUTHORITY: &[&str] = &["investigator", "prosecutor", "court"];
/// Who mediates (Art. 53).
const MEDIATOR: &[&str] = &["village", "justice_office", "investigator", "prosecutor"];

/// The fields that every action has.
pub const COMMON: &[Field] = &[
    Field::new("case", Required, Case, ["the case's reference, never a name", "ເລກທີຄະດີ, ບໍ່ແມ່ນຊື່ຄົນ"]),
    Field::new(
        "id",
        Optional,
        Id,
        [
            "the sender's own id of this action; derived from the action if left out",
            "ລະຫັດຂອງລາຍການນີ້; ຖ້າບໍ່ໃສ່ ໂປຣແກຣມຈະສ້າງໃຫ້",
        ],
    ),
    Field::new("action", Required, Word(ActionName::WORDS), ["what happened", "ເລື່ອງທີ່ເກີດຂຶ້ນ"]),
    Field::new("at", Required, When, ["when it happened", "ເວລາທີ່ເກີດຂຶ້ນ"]),
    Field::new("by", Required, Office, ["the office that acted", "ອົງການທີ່ປະຕິບັດ"]),
];

const fn required(name: &'static str, kind: FieldKind, meaning: [&'static str; 2]) -> Field {
    Field::new(name, Required, kind, meaning)
}

const fn optional(name: &'static str, kind: FieldKind, meaning: [&'static str; 2]) -> Field {
    Field::new(name, Optional, kind, meaning)
}

const fn any_of(name: &'static str, kind: FieldKind, meaning: [&'static str; 2]) -> Field {
    Field::new(name, AnyOf, kind, meaning)
}

pub(super) const PENALTY: &[Field] = &[
    required("min", Count(0), ["the lower end, in months", "ໂທດຕ່ຳສຸດ ເປັນເດືອນ"]),
    required("max", Count(0), ["the upper end, in months", "ໂທດສູງສຸດ ເປັນເດືອນ"]),
];

pub(super) const CHILD: &[Field] = &[
    required("ref", Text, ["the office's own reference for the child, never a name", "ລະຫັດຂອງເດັກ, ບໍ່ແມ່ນຊື່"]),
    required("birth_date", Day, ["the birth date", "ວັນເດືອນປີເກີດ"]).or_null(["not known", "ບໍ່ຮູ້"]).personal(),
    age_years(Optional),
    sex(Optional),
    rural(Optional),
    ethnic_minority(Optional),
    disability(Optional),
];

pub(super) const OFFENCE: &[Field] = &[class(Required), penalty(Required), committed_on(), serious(Required)];

/// What somebody who takes an alert says, in an event.
pub const SAID: &[Field] = &[required("what", Text, ["what will be done", "ສິ່ງທີ່ຈະເຮັດ"])];

const PLACE: &[Field] = &[
    optional("children_only", Flag, ["for children only", "ສະຖານທີ່ສະເພາະເດັກ"]),
    optional("sexes_separated", Flag, ["girls and boys kept apart", "ແຍກຍິງຊາຍ"]),
];

pub(super) const ORDER: &[Field] = &[
    required("by", Word(&["prosecutor", "juvenile_court"]), ["who gave the order", "ຜູ້ອອກຄຳສັ່ງ"]),
    required("number", Text, ["the number of the order", "ເລກທີຄຳສັ່ງ"]),
];

const fn class(need: Need) -> Field {
    Field::new("class", need, Word(Class::WORDS), ["the class of the offence", "ສະຖານໂທດ"])
}

const fn penalty(need: Need) -> Field {
    Field::new("penalty_months", need, Object(PENALTY), ["the penalty that the law sets", "ໂທດຕາມກົດໝາຍ"])
        .written(r#"{"min":36,"max":60}"#)
}

const fn serious(need: Need) -> Field {
    Field::new("serious", need, Flag, ["a serious offence", "ການກະທຳຜິດຮ້າຍແຮງ"])
}

const fn age_years(need: Need) -> Field {
    let meaning = ["the stated age at the time of the offence", "ອາຍຸທີ່ແຈ້ງໄວ້ ໃນເວລາກະທຳຜິດ"];
    Field::new("age_years", need, Count(0), meaning).personal()
}

const fn sex(need: Need) -> Field {
    Field::new("sex", need, Word(&["f", "m"]), ["female or male", "ຍິງ ຫລື ຊາຍ"]).personal()
}

const fn rural(need: Need) -> Field {
    Field::new("rural", need, Flag, ["lives in the country; for figures alone", "ຢູ່ເຂດຊົນນະບົດ; ສຳລັບສະຖິຕິເທົ່ານັ້ນ"]).personal()
}

const fn ethnic_minority(need: Need) -> Field {
    let meaning = ["belongs to an ethnic minority; for figures alone", "ເປັນຊົນເຜົ່າສ່ວນນ້ອຍ; ສຳລັບສະຖິຕິເທົ່ານັ້ນ"];
    Field::new("ethnic_minority", need, Flag, meaning).personal()
}

const fn disability(need: Need) -> Field {
    let meaning = ["has a disability; for figures alone", "ມີຄວາມພິການ; ສຳລັບສະຖິຕິເທົ່ານັ້ນ"];
    Field::new("disability", need, Flag, meaning).personal()
}

const fn committed_on() -> Field {
    required("committed_on", Day, ["the day of the offence", "ວັນກະທຳຜິດ"])
}

const fn which_offence() -> Field {
    let meaning = [
        "which offence: its place in the opening, counted from 0, or the id of the action that added it",
        "ການກະທຳຜິດໃດ: ລຳດັບໃນການເປີດຄະດີ ນັບຈາກ 0, ຫລື ລະຫັດຂອງລາຍການທີ່ເພີ່ມມັນ",
    ];
    required("offence", Offence, meaning)
}

const fn necessary() -> Field {
    optional("necessary", Flag, ["found to be necessary", "ເຫັນວ່າມີຄວາມຈຳເປັນ"])
}

const fn last_resort() -> Field {
    optional("last_resort", Flag, ["found to be the last resort", "ເຫັນວ່າເປັນມາດຕະການສຸດທ້າຍ"])
}

const fn place(meaning: [&'static str; 2]) -> Field {
    optional("place", Object(PLACE), meaning).written(r#"{"children_only":true,"sexes_separated":true}"#)
}

const fn specialised() -> Field {
    let meaning = ["by the investigation organisation for children's cases", "ໂດຍອົງການສືບສວນ-ສອບສວນຄະດີເດັກ"];
    optional("specialised", Flag, meaning)
}

const fn mediation_possible() -> Field {
    let meaning = ["false if the child denies the act or the evidence is weak", "false ຖ້າເດັກປະຕິເສດ ຫລື ຫລັກຖານອ່ອນ"];
    optional("mediation_possible", Flag, meaning)
}

const fn court_kind(meaning: [&'static str; 2]) -> Field {
    optional("court_kind", Word(&["juvenile_court", "juvenile_panel", "other"]), meaning)
}

const fn dedicated_room() -> Field {
    optional("dedicated_room", Flag, ["in a dedicated room", "ໃນຫ້ອງສະເພາະ"])
}

const fn authority() -> Field {
    required("authority", Word(AUTHORITY), ["the authority that acted", "ອົງການທີ່ດຳເນີນການ"])
}

const fn order() -> Field {
    optional("order", Object(ORDER), ["the written order", "ຄຳສັ່ງເປັນລາຍລັກອັກສອນ"])
        .written(r#"{"by":"prosecutor","number":"12"}"#)
        .or_null(["there was no written order", "ບໍ່ມີຄຳສັ່ງເປັນລາຍລັກອັກສອນ"])
}

const fn grounds() -> Field {
    optional("grounds", Words(GROUNDS), ["the grounds that were found", "ເງື່ອນໄຂທີ່ພົບ"])
}

const fn attended_by() -> Field {
    optional("attended_by", PEOPLE, ["who attended with the child", "ຜູ້ເຂົ້າຮ່ວມກັບເດັກ"])
}

const fn reason() -> Field {
    optional("reason", Text, ["the reason, a free text", "ເຫດຜົນ, ຂຽນເອງ"])
}

const fn court(need: Need) -> Field {
    Field::new("court", need, Office, ["the court", "ສານ"])
}

const fn prosecutor(need: Need) -> Field {
    Field::new("prosecutor", need, Office, ["the prosecutor's office", "ອົງການໄອຍະການປະຊາຊົນ"])
}

const fn investigator(need: Need) -> Field {
    Field::new("investigator", need, Office, ["the investigation organisation", "ອົງການສືບສວນ-ສອບສວນ"])
}

const fn legal_aid(need: Need) -> Field {
    Field::new("legal_aid", need, Office, ["the legal aid office", "ຫ້ອງການຊ່ວຍເຫລືອທາງດ້ານກົດໝາຍ"])
}

/// Declares the fields of the actions, in the order of the format.
macro_rules! actions {
    ($($($action:ident)|+: $fields:expr;)+) => {
        impl ActionName {
            /// The action's own fields, in the order of the format. The fields of every action are in [`COMMON`].
            pub const fn fields(self) -> &'static [Field] {
                match self { $($(Self::$action)|+ => const { $fields },)+ }
            }
        }
    };
}

actions! {
    CaseOpened: &[
        court(Required),
        prosecutor(Required),
        investigator(Required),
        legal_aid(Optional),
        required("child", Object(CHILD), ["the child", "ເດັກ"]).written(r#"{"ref":"C-17","birth_date":null}"#),
        required("offences", Objects(OFFENCE), ["the offences, at least one", "ການກະທຳຜິດ, ຢ່າງໜ້ອຍໜຶ່ງ"])
            .written(r#"[{"class":…,"penalty_months":…,"committed_on":…,"serious":…}]"#),
    ];
    ChildIdentified: &[
        any_of("birth_date", Day, ["the birth date, as it became known", "ວັນເດືອນປີເກີດ ທີ່ຮູ້ພາຍຫລັງ"]).personal(),
        age_years(AnyOf),
        any_of("ref", Text, ["the office's own reference for the child, never a name", "ລະຫັດຂອງເດັກ, ບໍ່ແມ່ນຊື່"]),
        sex(AnyOf),
        rural(AnyOf),
        ethnic_minority(AnyOf),
        disability(AnyOf),
    ];
    OffenceAdded: OFFENCE;
    OffenceReclassified: &[which_offence(), class(AnyOf), penalty(AnyOf), serious(AnyOf)];
    OffenceCorrected: &[which_offence(), committed_on()];
    CaseTransferred: &[court(AnyOf), prosecutor(AnyOf), investigator(AnyOf), legal_aid(AnyOf)];
    InvestigationOpened: &[specialised()];
    SummonsServed: &[authority(), optional("appear_on", Day, ["the day on which the child is to appear", "ວັນທີ່ຕ້ອງມາ"])];
    SummonsMissed: &[
        authority(),
        required("reason", Text, ["the reason, a free text", "ເຫດຜົນ, ຂຽນເອງ"]).or_null(["there was no reason", "ບໍ່ມີເຫດຜົນ"]),
    ];
    BroughtIn: &[authority(), optional("accompanied_by", PEOPLE, ["who came with the child", "ຜູ້ມານຳເດັກ"])];
    Arrested: &[
        order(),
        optional("flagrant", Flag, ["caught in the act", "ການກະທຳຜິດເຊິ່ງໜ້າ"]),
        optional("urgent", Flag, ["urgent", "ຮີບດ່ວນ"]),
        grounds(),
        necessary(),
        last_resort(),
        place(["where the child was taken to", "ສະຖານທີ່ນຳເດັກໄປ"]),
    ];
    CustodyStarted: &[
        optional("evidence_firm", Flag, ["the evidence is firm", "ຫລັກຖານໜັກແໜ້ນ"]),
        necessary(),
        place(["the place of custody", "ສະຖານທີ່ກັກຕົວ"]),
    ];
    InterviewStarted: &[
        attended_by(),
        dedicated_room(),
        optional("openly", Flag, ["openly, not in secret", "ດ້ວຍວິທີການເປີດເຜີຍ"]),
        specialised(),
    ];
    InterviewEnded: &[
        optional("attended_throughout", PEOPLE, ["who was there from start to end", "ຜູ້ເຂົ້າຮ່ວມຕະຫລອດ"]),
        optional("answered_for_child", Flag, ["one of them answered in the child's place", "ມີຜູ້ຕອບແທນເດັກ"]),
    ];
    RemandOrdered: &[order(), grounds(), necessary(), last_resort()];
    RemandExtended: &[
        order(),
        optional("months", Count(1), ["for how many months; 1 if left out", "ຈຳນວນເດືອນ; ຖ້າບໍ່ໃສ່ແມ່ນ 1"]),
        optional("for_investigation", Flag, ["for further investigation", "ເພື່ອສືບສວນ-ສອບຖາມຕໍ່"]),
        optional("grounds", Words(GROUNDS), ["the grounds that still stand", "ເງື່ອນໄຂທີ່ຍັງມີຢູ່"]),
    ];
    VisitRefused: &[optional("visitor", Word(PERSON), ["who wanted to visit", "ຜູ້ຂໍຢ້ຽມຢາມ"])];
    InvestigationExtended: &[
        required("agreed_by", Word(&["prosecutor"]), ["who agreed", "ຜູ້ຕົກລົງ"]).or_null(["nobody agreed", "ບໍ່ມີຜູ້ຕົກລົງ"]),
    ];
    ReferredToMediation: &[required("to", Word(MEDIATOR), ["who is to mediate", "ຜູ້ທີ່ຈະໄກ່ເກັ່ຍ"])];
    MediationSession: &[
        attended_by(),
        optional("evidence_solid", Flag, ["the evidence is solid", "ຫລັກຖານຮັດກຸມ"]),
        optional("child_acknowledges", Flag, ["the child acknowledges the act", "ເດັກຮັບຮູ້ຕໍ່ການກະທຳຜິດ"]),
    ];
    MediationEnded: &[
        required("settled", Flag, ["whether it led to a settlement", "ໄກ່ເກັ່ຍສຳເລັດ ຫລື ບໍ່"]),
        optional("mediator", Word(MEDIATOR), ["who held the mediation", "ຜູ້ໄກ່ເກັ່ຍ"]),
        optional(
            "measures",
            Words(&["warning", "apology", "mediation", "compensation", "community_work"]),
            ["the measures agreed on", "ມາດຕະການທີ່ຕົກລົງກັນ"],
        ),
    ];
    // Who may request release. Art. 65 names the family; the format accepts a request by anybody.
    ReleaseRequested: &[required(
        "requested_by",
        Word(&["parent", "guardian", "relative", "protector", "lawyer", "child"]),
        ["who requested release", "ຜູ້ຮ້ອງຂໍ"],
    )];
    ReleaseDecided: &[required("granted", Flag, ["whether release was granted", "ອະນຸຍາດໃຫ້ປ່ອຍຕົວ ຫລື ບໍ່"])];
    Released: &[
        required(
            "kind",
            Word(&["from_bringing_in", "from_custody", "provisional", "final"]),
            ["how the child was released", "ປະເພດການປ່ອຍຕົວ"],
        ),
        optional("bail", Flag, ["against bail security", "ມີຫລັກຊັບປະກັນ"]),
        optional("bail_necessary", Flag, ["bail security was found necessary", "ຫລັກຊັບປະກັນມີຄວາມຈຳເປັນ"]),
        optional("guaranteed_by", PEOPLE, ["who agreed to answer for the child", "ຜູ້ຮັບປະກັນເດັກ"]),
    ];
    FileSent: &[mediation_possible()];
    ProsecutionOrdered: &[mediation_possible(), court_kind(["the kind of court to which it goes", "ປະເພດສານທີ່ສົ່ງຟ້ອງ"])];
    HearingHeld: &[
        required("substantive", Flag, ["whether the substance of the case was heard", "ພິຈາລະນາເນື້ອໃນຄະດີ ຫລື ບໍ່"]),
        optional("closed", Flag, ["closed to the public", "ພິຈາລະນາຢ່າງປິດລັບ"]),
        optional("suitable_room", Flag, ["in a suitable room", "ໃນຫ້ອງທີ່ເໝາະສົມ"]),
        optional("child_attended", Flag, ["the child attended", "ເດັກເຂົ້າຮ່ວມ"]),
        optional("child_heard", Flag, ["the child could speak", "ເດັກໄດ້ສະເໜີຄຳເຫັນ"]),
        optional("interpreter_needed", Flag, ["an interpreter was needed", "ຕ້ອງມີຜູ້ແປພາສາ"]),
        optional("interpreter_present", Flag, ["an interpreter was present", "ມີຜູ້ແປພາສາ"]),
        optional("defended_by", PEOPLE, ["who defended the child", "ຜູ້ປ້ອງກັນເດັກ"]),
        attended_by(),
        court_kind(["the kind of court that hears", "ປະເພດສານທີ່ພິຈາລະນາ"]),
    ];
    JudgmentGiven: &[
        required(
            "measure",
            Word(&["court_measure", "suspended", "imprisonment", "acquittal", "life_imprisonment", "death"]),
            ["what the judgment imposes", "ມາດຕະການຂອງຄຳຕັດສິນ"],
        ),
        optional("months", Count(1), ["for how many months", "ຈຳນວນເດືອນ"]),
        optional("other_measures_considered", Flag, ["other measures were considered first", "ໄດ້ພິຈາລະນາມາດຕະການອື່ນກ່ອນ"]),
        optional("served_in", Word(&["training_centre", "prison"]), ["where it is served", "ສະຖານທີ່ປະຕິບັດໂທດ"]),
        optional(
            "handed_to",
            Words(&["parent", "guardian", "village"]),
            ["to whom the child was handed over", "ຜູ້ຮັບມອບເດັກ"],
        ),
    ];
    TrainingCentreLeft: &[optional(
        "support_arranged",
        Flag,
        [
            "follow-up by the Child Protection and Assistance Committee was arranged",
            "ໄດ້ຈັດໃຫ້ຄະນະກຳມະການປົກປ້ອງ ແລະ ຊ່ວຍເຫລືອເດັກ ຕິດຕາມ",
        ],
    )];
    IllTreatmentReported: &[
        authority(),
        required(
            "kinds",
            Words(&["violence", "force", "threat", "insult"]),
            ["what was reported, at least one", "ສິ່ງທີ່ຖືກລາຍງານ, ຢ່າງໜ້ອຍໜຶ່ງ"],
        )
        .not_empty(),
        optional("confirmed", Flag, ["true: found to be so; false: found not to be so", "true: ຈິງ; false: ບໍ່ຈິງ"]),
    ];
    InformationDisclosed: &[
        authority(),
        required("about", Word(&["history", "personal_data", "medical"]), ["what was disclosed", "ສິ່ງທີ່ຖືກເປີດເຜີຍ"]),
        optional("ordered", Flag, ["by order of a body that may", "ຕາມຄຳສັ່ງຂອງອົງການທີ່ມີສິດ"]),
    ];
    WitnessInterviewed: &[
        required("role", Word(&["victim", "witness"]), ["who was interviewed", "ຜູ້ທີ່ຖືກສອບຖາມ"]),
        optional("ref", Case, ["the office's own reference for that child, never a name", "ລະຫັດຂອງເດັກຜູ້ນັ້ນ, ບໍ່ແມ່ນຊື່"])
            .of_another_child(),
        optional("interviewers", Words(&["investigator", "prosecutor", "other"]), ["who held the interview", "ຜູ້ສອບຖາມ"]),
        optional("trained", Flag, ["all of them were specially trained", "ທຸກຄົນໄດ້ຮັບການຝຶກອົບຮົມສະເພາະ"]),
        optional("with_social_worker", Flag, ["together with a social worker", "ຮ່ວມກັບນັກສັງຄົມສົງເຄາະ"]),
        dedicated_room(),
        optional("undisturbed", Flag, ["undisturbed", "ບໍ່ມີສິ່ງລົບກວນ"]),
        optional("contact_with_accused", Flag, ["there was contact with the accused", "ມີການພົບກັບຜູ້ຖືກຫາ"]),
        attended_by(),
    ];
    CaseClosed: &[reason()];
    CaseVoided: &[
        required("reason", Word(&["opened_by_mistake", "duplicate"]), ["why the case counts nowhere", "ເຫດຜົນທີ່ຄະດີບໍ່ນັບ"]),
        optional("same_as", Case, ["the reference of the case that it repeats", "ເລກທີຄະດີທີ່ຊ້ຳກັນ"]),
    ];
    ActionWithdrawn: &[
        required("withdraws", Id, ["the id of the action that no longer counts", "ລະຫັດຂອງລາຍການທີ່ຖືກຖອນ"]),
        reason(),
    ];
    ComplaintReceived | RightsTold | ReasonTold | ChargeTold | ParentsNotified | MedicalCheck | ReleaseOpinionGiven |
    ReleaseRequestSent | ReleaseRequestReceived | FileReceived | FileReturned | ProsecutionDeclined |
    ProsecutionOrderReceived | TrainingCentreEntered: &[];
}

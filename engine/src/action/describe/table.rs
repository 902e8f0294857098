//! The table of fields: name, kind, need and meaning of each.

use super::FieldKind::{Case, Count, Day, Flag, Id, Object, Objects, Office, Text, When, Word, Words};
use super::Need::{AnyOf, Optional, Required};
use super::{Field, FieldKind, Need};
use crate::action::{
    ActionName, Authority, Class, Ground, Measure, MediationMeasure, Mediator, OrderedBy, Person, ReleaseKind,
    ServedIn, Sex,
};

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

/// Who may request release. Art. 65 names the family; the format accepts a request by anybody.
pub const REQUESTERS: &[&str] = &["parent", "guardian", "relative", "protector", "lawyer", "child"];

const fn required(name: &'static str, kind: FieldKind, meaning: [&'static str; 2]) -> Field {
    Field::new(name, Required, kind, meaning)
}

const fn optional(name: &'static str, kind: FieldKind, meaning: [&'static str; 2]) -> Field {
    Field::new(name, Optional, kind, meaning)
}

const fn any_of(name: &'static str, kind: FieldKind, meaning: [&'static str; 2]) -> Field {
    Field::new(name, AnyOf, kind, meaning)
}

const PENALTY: &[Field] = &[
    required("min", Count(0), ["the lower end, in months", "ໂທດຕ່ຳສຸດ ເປັນເດືອນ"]),
    required("max", Count(0), ["the upper end, in months", "ໂທດສູງສຸດ ເປັນເດືອນ"]),
];

const CHILD: &[Field] = &[
    required("ref", Text, ["the office's own reference for the child, never a name", "ລະຫັດຂອງເດັກ, ບໍ່ແມ່ນຊື່"]),
    required("birth_date", Day, ["the birth date", "ວັນເດືອນປີເກີດ"]).or_null(["not known", "ບໍ່ຮູ້"]),
    optional("age_years", AGE, ["the stated age at the time of the offence", "ອາຍຸທີ່ແຈ້ງໄວ້ ໃນເວລາກະທຳຜິດ"]),
    optional("sex", Word(Sex::WORDS), ["female or male", "ຍິງ ຫລື ຊາຍ"]),
];

const OFFENCE: &[Field] = &[
    class(Required),
    penalty(Required),
    required("committed_on", Day, ["the day of the offence", "ວັນກະທຳຜິດ"]),
    serious(Required),
];

const PLACE: &[Field] = &[
    optional("children_only", Flag, ["for children only", "ສະຖານທີ່ສະເພາະເດັກ"]),
    optional("sexes_separated", Flag, ["girls and boys kept apart", "ແຍກຍິງຊາຍ"]),
];

const ORDER: &[Field] = &[
    required("by", Word(OrderedBy::WORDS), ["who gave the order", "ຜູ້ອອກຄຳສັ່ງ"]),
    required("number", Text, ["the number of the order", "ເລກທີຄຳສັ່ງ"]),
];

const AGE: FieldKind = Count(0);
const PEOPLE: FieldKind = Words(Person::WORDS);

const fn class(need: Need) -> Field {
    Field::new("class", need, Word(Class::WORDS), ["the class of the offence", "ສະຖານໂທດ"])
}

const fn penalty(need: Need) -> Field {
    Field::new("penalty_months", need, Object(PENALTY), ["the penalty that the law sets", "ໂທດຕາມກົດໝາຍ"])
}

const fn serious(need: Need) -> Field {
    Field::new("serious", need, Flag, ["a serious offence", "ການກະທຳຜິດຮ້າຍແຮງ"])
}

const fn authority() -> Field {
    required("authority", Word(Authority::WORDS), ["the authority that acted", "ອົງການທີ່ດຳເນີນການ"])
}

const fn order() -> Field {
    optional("order", Object(ORDER), ["the written order", "ຄຳສັ່ງເປັນລາຍລັກອັກສອນ"])
        .or_null(["there was no written order", "ບໍ່ມີຄຳສັ່ງເປັນລາຍລັກອັກສອນ"])
}

const fn grounds() -> Field {
    optional("grounds", Words(Ground::WORDS), ["the grounds that were found", "ເງື່ອນໄຂທີ່ພົບ"])
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

impl ActionName {
    /// The action's own fields, in the order of the format. The fields of every action are in [`COMMON`].
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::CaseOpened => CASE_OPENED,
            Self::ChildIdentified => CHILD_IDENTIFIED,
            Self::OffenceReclassified => OFFENCE_RECLASSIFIED,
            Self::CaseTransferred => CASE_TRANSFERRED,
            Self::SummonsServed => SUMMONS_SERVED,
            Self::SummonsMissed => SUMMONS_MISSED,
            Self::BroughtIn => BROUGHT_IN,
            Self::Arrested => ARRESTED,
            Self::CustodyStarted => CUSTODY_STARTED,
            Self::InterviewStarted => INTERVIEW_STARTED,
            Self::RemandOrdered => REMAND_ORDERED,
            Self::RemandExtended => REMAND_EXTENDED,
            Self::VisitRefused => VISIT_REFUSED,
            Self::InvestigationExtended => INVESTIGATION_EXTENDED,
            Self::ReferredToMediation => REFERRED_TO_MEDIATION,
            Self::MediationSession => MEDIATION_SESSION,
            Self::MediationEnded => MEDIATION_ENDED,
            Self::ReleaseRequested => RELEASE_REQUESTED,
            Self::ReleaseDecided => RELEASE_DECIDED,
            Self::Released => RELEASED,
            Self::ProsecutionOrdered => PROSECUTION_ORDERED,
            Self::HearingHeld => HEARING_HELD,
            Self::JudgmentGiven => JUDGMENT_GIVEN,
            Self::CaseClosed => CASE_CLOSED,
            Self::ActionWithdrawn => ACTION_WITHDRAWN,
            Self::ComplaintReceived
            | Self::InvestigationOpened
            | Self::RightsTold
            | Self::ParentsNotified
            | Self::MedicalCheck
            | Self::InterviewEnded
            | Self::ReleaseOpinionGiven
            | Self::ReleaseRequestReceived
            | Self::FileSent
            | Self::FileReceived
            | Self::FileReturned
            | Self::ProsecutionDeclined
            | Self::ProsecutionOrderReceived
            | Self::TrainingCentreEntered
            | Self::TrainingCentreLeft => &[],
        }
    }
}

const CASE_OPENED: &[Field] = &[
    court(Required),
    prosecutor(Required),
    investigator(Required),
    legal_aid(Optional),
    required("child", Object(CHILD), ["the child", "ເດັກ"]),
    required("offences", Objects(OFFENCE), ["the offences, at least one", "ການກະທຳຜິດ, ຢ່າງໜ້ອຍໜຶ່ງ"]),
];
const CHILD_IDENTIFIED: &[Field] = &[
    any_of("birth_date", Day, ["the birth date, as it became known", "ວັນເດືອນປີເກີດ ທີ່ຮູ້ພາຍຫລັງ"]),
    any_of("age_years", AGE, ["the stated age at the time of the offence", "ອາຍຸທີ່ແຈ້ງໄວ້ ໃນເວລາກະທຳຜິດ"]),
];
const OFFENCE_RECLASSIFIED: &[Field] = &[
    required(
        "offence",
        Count(0),
        ["which offence of the opening, counted from 0", "ການກະທຳຜິດທີເທົ່າໃດ ໃນການເປີດຄະດີ, ນັບຈາກ 0"],
    ),
    class(AnyOf),
    penalty(AnyOf),
    serious(AnyOf),
];
const CASE_TRANSFERRED: &[Field] = &[court(AnyOf), prosecutor(AnyOf), investigator(AnyOf), legal_aid(AnyOf)];
const SUMMONS_SERVED: &[Field] =
    &[authority(), optional("appear_on", Day, ["the day on which the child is to appear", "ວັນທີ່ຕ້ອງມາ"])];
const SUMMONS_MISSED: &[Field] = &[
    authority(),
    required("reason", Text, ["the reason, a free text", "ເຫດຜົນ, ຂຽນເອງ"]).or_null(["there was no reason", "ບໍ່ມີເຫດຜົນ"]),
];
const BROUGHT_IN: &[Field] =
    &[authority(), optional("accompanied_by", PEOPLE, ["who came with the child", "ຜູ້ມານຳເດັກ"])];
const ARRESTED: &[Field] = &[
    order(),
    optional("flagrant", Flag, ["caught in the act", "ການກະທຳຜິດເຊິ່ງໜ້າ"]),
    optional("urgent", Flag, ["urgent", "ຮີບດ່ວນ"]),
    grounds(),
];
const CUSTODY_STARTED: &[Field] = &[
    optional("evidence_firm", Flag, ["the evidence is firm", "ຫລັກຖານໜັກແໜ້ນ"]),
    optional("place", Object(PLACE), ["the place of custody", "ສະຖານທີ່ກັກຕົວ"]),
];
const INTERVIEW_STARTED: &[Field] =
    &[attended_by(), optional("dedicated_room", Flag, ["in a dedicated room", "ໃນຫ້ອງສະເພາະ"])];
const REMAND_ORDERED: &[Field] = &[order(), grounds()];
const REMAND_EXTENDED: &[Field] = &[
    order(),
    optional("months", Count(1), ["for how many months; 1 if left out", "ຈຳນວນເດືອນ; ຖ້າບໍ່ໃສ່ແມ່ນ 1"]),
    optional("for_investigation", Flag, ["for further investigation", "ເພື່ອສືບສວນ-ສອບຖາມຕໍ່"]),
];
const VISIT_REFUSED: &[Field] = &[optional("visitor", Word(Person::WORDS), ["who wanted to visit", "ຜູ້ຂໍຢ້ຽມຢາມ"])];
const INVESTIGATION_EXTENDED: &[Field] =
    &[required("agreed_by", Word(&["prosecutor"]), ["who agreed", "ຜູ້ຕົກລົງ"]).or_null(["nobody agreed", "ບໍ່ມີຜູ້ຕົກລົງ"])];
const REFERRED_TO_MEDIATION: &[Field] = &[required("to", Word(Mediator::WORDS), ["who is to mediate", "ຜູ້ທີ່ຈະໄກ່ເກັ່ຍ"])];
const MEDIATION_SESSION: &[Field] = &[
    attended_by(),
    optional("evidence_solid", Flag, ["the evidence is solid", "ຫລັກຖານຮັດກຸມ"]),
    optional("child_acknowledges", Flag, ["the child acknowledges the act", "ເດັກຮັບຮູ້ຕໍ່ການກະທຳຜິດ"]),
];
const MEDIATION_ENDED: &[Field] = &[
    required("settled", Flag, ["whether it led to a settlement", "ໄກ່ເກັ່ຍສຳເລັດ ຫລື ບໍ່"]),
    optional("measures", Words(MediationMeasure::WORDS), ["the measures agreed on", "ມາດຕະການທີ່ຕົກລົງກັນ"]),
];
const RELEASE_REQUESTED: &[Field] = &[required("requested_by", Word(REQUESTERS), ["who requested release", "ຜູ້ຮ້ອງຂໍ"])];
const RELEASE_DECIDED: &[Field] = &[required("granted", Flag, ["whether release was granted", "ອະນຸຍາດໃຫ້ປ່ອຍຕົວ ຫລື ບໍ່"])];
const RELEASED: &[Field] = &[
    required("kind", Word(ReleaseKind::WORDS), ["how the child was released", "ປະເພດການປ່ອຍຕົວ"]),
    optional("bail", Flag, ["against bail security", "ມີຫລັກຊັບປະກັນ"]),
    optional("bail_necessary", Flag, ["bail security was found necessary", "ຫລັກຊັບປະກັນມີຄວາມຈຳເປັນ"]),
];
const PROSECUTION_ORDERED: &[Field] = &[optional(
    "mediation_possible",
    Flag,
    ["false if the child denies the act or the evidence is weak", "false ຖ້າເດັກປະຕິເສດ ຫລື ຫລັກຖານອ່ອນ"],
)];
const HEARING_HELD: &[Field] = &[
    required("substantive", Flag, ["whether the substance of the case was heard", "ພິຈາລະນາເນື້ອໃນຄະດີ ຫລື ບໍ່"]),
    optional("closed", Flag, ["closed to the public", "ພິຈາລະນາຢ່າງປິດລັບ"]),
    optional("suitable_room", Flag, ["in a suitable room", "ໃນຫ້ອງທີ່ເໝາະສົມ"]),
    optional("child_attended", Flag, ["the child attended", "ເດັກເຂົ້າຮ່ວມ"]),
    optional("child_heard", Flag, ["the child could speak", "ເດັກໄດ້ສະເໜີຄຳເຫັນ"]),
    optional("interpreter_needed", Flag, ["an interpreter was needed", "ຕ້ອງມີຜູ້ແປພາສາ"]),
    optional("interpreter_present", Flag, ["an interpreter was present", "ມີຜູ້ແປພາສາ"]),
    optional("defended_by", PEOPLE, ["who defended the child", "ຜູ້ປ້ອງກັນເດັກ"]),
    attended_by(),
];
const JUDGMENT_GIVEN: &[Field] = &[
    required("measure", Word(Measure::WORDS), ["what the judgment imposes", "ມາດຕະການຂອງຄຳຕັດສິນ"]),
    optional("months", Count(1), ["for how many months", "ຈຳນວນເດືອນ"]),
    optional("other_measures_considered", Flag, ["other measures were considered first", "ໄດ້ພິຈາລະນາມາດຕະການອື່ນກ່ອນ"]),
    optional("served_in", Word(ServedIn::WORDS), ["where it is served", "ສະຖານທີ່ປະຕິບັດໂທດ"]),
];
const CASE_CLOSED: &[Field] = &[reason()];
const ACTION_WITHDRAWN: &[Field] =
    &[required("withdraws", Id, ["the id of the action that no longer counts", "ລະຫັດຂອງລາຍການທີ່ຖືກຖອນ"]), reason()];

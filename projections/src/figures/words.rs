//! The words of figures.
//!
//! The Lao is ours; no lawyer has reviewed it.

use super::child::Part;
use super::count::Count;

crate::catalogue! {
    /// Words of figures.
    Words {
        Table: "Table", "ຕາຕະລາງ";
        Row: "Row", "ແຖວ";
        Column: "Column", "ຖັນ";
        Value: "Value", "ຄ່າ";
        Unit: "Unit", "ຫົວໜ່ວຍ";
        Scope: "{scope}, {period}, as recorded up to {day}.", "{scope}, {period}, ຕາມທີ່ບັນທຶກຮອດ {day}.";
        Country: "The country", "ທັງປະເທດ";
        Cases: "Cases", "ຄະດີ";
        CasesSay: "A case is one child; a child with two cases counts twice. Opened: by the date of the opening. Open: not closed at the end of the last day.", "ຄະດີໜຶ່ງແມ່ນເດັກຜູ້ໜຶ່ງ; ເດັກທີ່ມີສອງຄະດີ ນັບສອງເທື່ອ. ເປີດ: ຕາມວັນທີເປີດຄະດີ. ຍັງເປີດຢູ່: ຍັງບໍ່ປິດ ໃນທ້າຍມື້ສຸດທ້າຍ.";
        Number: "Number", "ຈຳນວນ";
        Opened: "Opened in the period", "ເປີດໃນໄລຍະນີ້";
        Open: "Open at its end", "ຍັງເປີດຢູ່ໃນທ້າຍໄລຍະ";
        Stages: "Time used at each stage", "ເວລາທີ່ໃຊ້ໃນແຕ່ລະຂັ້ນຕອນ";
        StagesSay: "A stage is a limit. Counted from the start of the limit by the protective reading to the act that ended it, in the period; limits that are open, or ended with the case alone, are left out. Percentiles are by nearest rank. The share is that of each limit as it was lawfully extended.", "ຂັ້ນຕອນແມ່ນກຳນົດເວລາໜຶ່ງ. ນັບແຕ່ກຳນົດເລີ່ມ ຕາມແບບປົກປ້ອງເດັກ ຮອດການກະທຳທີ່ເຮັດໃຫ້ສິ້ນສຸດ ໃນໄລຍະນີ້; ບໍ່ນັບກຳນົດທີ່ຍັງເປີດຢູ່ ຫລື ສິ້ນສຸດຍ້ອນປິດຄະດີ. ເປີເຊັນໄທນ໌ ຕາມລຳດັບທີ່ໃກ້ທີ່ສຸດ. ອັດຕາສ່ວນແມ່ນຂອງແຕ່ລະກຳນົດ ຕາມທີ່ຕໍ່ຢ່າງຖືກຕ້ອງ.";
        Stage: "Stage", "ຂັ້ນຕອນ";
        Times: "Times", "ຄັ້ງ";
        Limit: "Limit", "ກຳນົດເວລາ";
        Median: "Median", "ມັດທະຍະຖານ";
        Ninetieth: "90th percentile", "ເປີເຊັນໄທນ໌ທີ 90";
        MedianShare: "Median, % of the limit", "ມັດທະຍະຖານ, % ຂອງກຳນົດ";
        NinetiethShare: "90th percentile, % of the limit", "ເປີເຊັນໄທນ໌ທີ 90, % ຂອງກຳນົດ";
        Breaches: "Appears exceeded or not met, by article and month", "ປາກົດວ່າເກີນ ຫລື ບໍ່ປະຕິບັດ, ຕາມມາດຕາ ແລະ ເດືອນ";
        BreachesSay: "Each limit and each condition once, in the month in which it was first exceeded or not met by the protective reading. Certain: by both readings at the end of the period, or now. On the recorded facts; not a finding of a court.", "ແຕ່ລະກຳນົດ ແລະ ເງື່ອນໄຂ ນັບເທື່ອດຽວ, ໃນເດືອນທີ່ເກີນ ຫລື ບໍ່ປະຕິບັດເທື່ອທຳອິດ ຕາມແບບປົກປ້ອງເດັກ. ແນ່ນອນ: ຕາມທັງສອງແບບ ໃນທ້າຍໄລຍະ ຫລື ດຽວນີ້. ຕາມຂໍ້ມູນທີ່ບັນທຶກ; ບໍ່ແມ່ນຄຳຕັດສິນຂອງສານ.";
        Rule: "Rule", "ກົດ";
        Month: "Month", "ເດືອນ";
        Certain: "Certain", "ແນ່ນອນ";
        Arguable: "Arguable", "ອາດໂຕ້ແຍ້ງໄດ້";
        Delays: "Delays", "ຄວາມຊັກຊ້າ";
        DelaysSay: "Recording: from an action until it was recorded, of the actions recorded in the period. Late: after more than 48 hours. Alerts: from an alert of a breach in the period until somebody of the office that owes the duty first took or noted it; of an office, the alerts that it owes itself.", "ການບັນທຶກ: ແຕ່ການກະທຳ ຮອດເວລາທີ່ບັນທຶກ, ຂອງການກະທຳທີ່ບັນທຶກໃນໄລຍະນີ້. ຊ້າ: ຫລັງ 48 ຊົ່ວໂມງ. ການແຈ້ງເຕືອນ: ແຕ່ການແຈ້ງເຕືອນວ່າເກີນໃນໄລຍະນີ້ ຮອດເວລາທີ່ຜູ້ໃດຜູ້ໜຶ່ງ ຂອງຫ້ອງການທີ່ຮັບຜິດຊອບ ຮັບເອົາ ຫລື ຮັບຮູ້ເທື່ອທຳອິດ; ຂອງຫ້ອງການ: ການແຈ້ງເຕືອນທີ່ຕົນຮັບຜິດຊອບເອງ.";
        OfWhat: "Of what", "ຂອງຫຍັງ";
        Recorded: "Recording", "ການບັນທຶກ";
        RecordedLate: "Recorded late", "ບັນທຶກຊ້າ";
        Taken: "Taking of alerts", "ການຮັບເອົາການແຈ້ງເຕືອນ";
        Untaken: "Alerts that nobody has taken", "ການແຈ້ງເຕືອນທີ່ບໍ່ມີໃຜຮັບເອົາ";
        LastHeard: "Last heard from", "ໄດ້ຂ່າວຫຼ້າສຸດ";
        LastHeardSays: "When an action by the office, or from it, was last recorded in one of these cases. Silence is not compliance.", "ເວລາທີ່ບັນທຶກການກະທຳຂອງຫ້ອງການ ຫລື ຈາກຫ້ອງການ ເທື່ອຫຼ້າສຸດ ໃນຄະດີເຫລົ່ານີ້. ຄວາມງຽບບໍ່ແມ່ນການປະຕິບັດຕາມ.";
        Office: "Office", "ຫ້ອງການ";
        Never: "never", "ບໍ່ເຄີຍ";
        Hearings: "Children heard at their hearing", "ເດັກທີ່ໄດ້ຮັບຟັງໃນການພິຈາລະນາຄະດີ";
        HearingsSay: "Children with a hearing on the substance of the case in the period; of them those for whom such a hearing says that the child was heard. What is not on record does not count as heard.", "ເດັກທີ່ມີການພິຈາລະນາເນື້ອໃນຄະດີ ໃນໄລຍະນີ້; ໃນນັ້ນ ຜູ້ທີ່ບັນທຶກວ່າໄດ້ຮັບຟັງເດັກ. ສິ່ງທີ່ບໍ່ໄດ້ບັນທຶກ ບໍ່ນັບວ່າໄດ້ຮັບຟັງ.";
        Hearing: "Children with a hearing", "ເດັກທີ່ມີການພິຈາລະນາຄະດີ";
        Heard: "Children heard", "ເດັກທີ່ໄດ້ຮັບຟັງ";
        Indicators: "Juvenile justice indicators", "ຕົວຊີ້ວັດຄວາມຍຸຕິທຳສຳລັບເດັກ";
        IndicatorsSay: "Those of the fifteen of the UN manual (UNODC and UNICEF, 2006) that the log carries, as numbers of children. No rates: the log knows no number of children living here.", "ຕົວຊີ້ວັດຂອງຄູ່ມືສະຫະປະຊາຊາດ (UNODC ແລະ UNICEF, 2006) ທີ່ບັນທຶກມີຂໍ້ມູນ, ເປັນຈຳນວນເດັກ. ບໍ່ມີອັດຕາ: ບັນທຶກບໍ່ຮູ້ຈຳນວນເດັກທີ່ອາໄສຢູ່.";
        Indicator: "Indicator", "ຕົວຊີ້ວັດ";
        Definition: "What is counted", "ນັບຫຍັງ";
        Arrested: "1 Children arrested", "1 ເດັກທີ່ຖືກຈັບ";
        ArrestedSays: "first arrested, put into custody or remanded in the case in the period", "ຖືກຈັບ, ກັກຕົວ ຫລື ກັກຂັງພາງ ເທື່ອທຳອິດໃນຄະດີ ໃນໄລຍະນີ້";
        Detained: "2 Children in detention on a day", "2 ເດັກທີ່ຖືກກັກຂັງໃນມື້ໜຶ່ງ";
        DetainedSays: "held, or in a training centre, at the end of the last day of the period, or of today", "ຖືກກັກ ຫລື ຢູ່ສູນຝຶກອົບຮົມ ໃນທ້າຍມື້ສຸດທ້າຍຂອງໄລຍະ ຫລື ມື້ນີ້";
        BeforeJudgment: "3 Children in detention before judgment", "3 ເດັກທີ່ຖືກກັກຂັງກ່ອນຄຳຕັດສິນ";
        BeforeJudgmentSays: "those of 2 who were held without a judgment", "ໃນຂໍ້ 2 ຜູ້ທີ່ຖືກກັກໂດຍຍັງບໍ່ມີຄຳຕັດສິນ";
        HeldFor: "4 Time in detention before judgment", "4 ເວລາທີ່ຖືກກັກຂັງກ່ອນຄຳຕັດສິນ";
        HeldForSays: "of children whose first judgment was given in the period and who were held before it: all days held until then", "ຂອງເດັກທີ່ມີຄຳຕັດສິນທຳອິດໃນໄລຍະນີ້ ແລະ ຖືກກັກກ່ອນນັ້ນ: ທຸກມື້ທີ່ຖືກກັກຮອດເວລານັ້ນ";
        Sentenced: "9 Children sentenced", "9 ເດັກທີ່ຖືກຕັດສິນລົງໂທດ";
        SentencedSays: "with a first judgment in the period that was not an acquittal", "ມີຄຳຕັດສິນທຳອິດໃນໄລຍະນີ້ ທີ່ບໍ່ແມ່ນການຕັດສິນວ່າບໍ່ມີຄວາມຜິດ";
        Custodial: "9 With a custodial sentence", "9 ຖືກຕັດສິນຕັດອິດສະຫລະພາບ";
        CustodialSays: "those of them with imprisonment, for life or a time, or a sentence to death", "ໃນນັ້ນ ຜູ້ທີ່ຖືກຕັດສິນຕັດອິດສະຫລະພາບ ມີກຳນົດ ຫລື ຕະຫລອດຊີວິດ ຫລື ປະຫານຊີວິດ";
        Diverted: "10 Children diverted", "10 ເດັກທີ່ຖືກຫັນອອກຈາກຂະບວນການ";
        DivertedSays: "whose mediation ended with a settlement in the period, before any judgment", "ການໄກ່ເກັ່ຍສຳເລັດໃນໄລຍະນີ້ ກ່ອນມີຄຳຕັດສິນ";
        Groups: "The same by sex, age and what was entered", "ຕົວເລກດຽວກັນ ຕາມເພດ, ອາຍຸ ແລະ ສິ່ງທີ່ບັນທຶກ";
        GroupsSay: "Age: on the day of what is counted; without a birth date, the stated age.", "ອາຍຸ: ໃນມື້ຂອງສິ່ງທີ່ນັບ; ຖ້າບໍ່ມີວັນເກີດ ແມ່ນອາຍຸທີ່ບອກ.";
        Group: "Group", "ກຸ່ມ";
        HeldForMedian: "4 Median", "4 ມັດທະຍະຖານ";
        NotCarried: "Indicators that the log does not carry", "ຕົວຊີ້ວັດທີ່ບັນທຶກບໍ່ມີຂໍ້ມູນ";
        NotCarriedSay: "5 time in detention after sentencing, 6 deaths in detention, 7 separation from adults, 8 contact with parents and family, 11 aftercare, 12 independent inspections, 13 complaints mechanism, 14 specialised juvenile justice system, 15 prevention.", "5 ເວລາທີ່ຖືກກັກຂັງຫລັງຄຳຕັດສິນ, 6 ການເສຍຊີວິດໃນບ່ອນກັກຂັງ, 7 ການແຍກຈາກຜູ້ໃຫຍ່, 8 ການພົບພໍ່ແມ່ ແລະ ຄອບຄົວ, 11 ການດູແລຫລັງປ່ອຍຕົວ, 12 ການກວດກາທີ່ເປັນເອກະລາດ, 13 ກົນໄກຮ້ອງທຸກ, 14 ລະບົບຍຸຕິທຳສະເພາະສຳລັບເດັກ, 15 ການປ້ອງກັນ.";
        Corrections: "Corrections to earlier quarters", "ການແກ້ຕົວເລກຂອງໄຕມາດກ່ອນ";
        CorrectionsSay: "By how much the counts of all earlier quarters together have changed since the quarter before was counted, because actions were recorded late or withdrawn. Rounded to 5 like the others; the tables of those quarters stay as they were.", "ຈຳນວນຂອງທຸກໄຕມາດກ່ອນລວມກັນ ປ່ຽນໄປເທົ່າໃດ ນັບແຕ່ນັບໄຕມາດກ່ອນ, ຍ້ອນການກະທຳທີ່ບັນທຶກຊ້າ ຫລື ຖືກຖອນຄືນ. ປັດເປັນ 5 ຄືຕົວເລກອື່ນ; ຕາຕະລາງຂອງໄຕມາດເຫລົ່ານັ້ນ ຍັງຄືເກົ່າ.";
        Change: "Change", "ການປ່ຽນແປງ";
        NoCorrections: "No count has changed enough to be shown.", "ບໍ່ມີຈຳນວນໃດປ່ຽນພໍທີ່ຈະສະແດງ.";
        FixedSay: "Counts are rounded to 5, up or down at random, and were fixed when this quarter was first shown. 0 may stand for 1 to 4. Totals of a province or the country are the sums of its courts' rounded counts.", "ຈຳນວນຖືກປັດເປັນ 5 ຂຶ້ນ ຫລື ລົງ ແບບສຸ່ມ, ແລະ ຖືກຕັ້ງຄົງທີ່ ເມື່ອສະແດງໄຕມາດນີ້ເທື່ອທຳອິດ. 0 ອາດໝາຍເຖິງ 1 ຫາ 4. ຈຳນວນລວມຂອງແຂວງ ຫລື ປະເທດ ແມ່ນຜົນບວກຂອງຈຳນວນທີ່ປັດແລ້ວ ຂອງສານໃນນັ້ນ.";
        TooFew: "fewer than 20", "ໜ້ອຍກວ່າ 20";
        Nothing: "Nothing in this period.", "ບໍ່ມີຫຍັງໃນໄລຍະນີ້.";
        Hours: "hours", "ຊົ່ວໂມງ";
        All: "All", "ທັງໝົດ";
        Female: "Girls", "ຍິງ";
        Male: "Boys", "ຊາຍ";
        SexUnknown: "Sex not on record", "ບໍ່ໄດ້ບັນທຶກເພດ";
        SexSealed: "Sex: case sealed", "ເພດ: ຄະດີປິດຜະນຶກແລ້ວ";
        Under15: "Under 15", "ອາຍຸຕ່ຳກວ່າ 15 ປີ";
        Age15: "15 years", "15 ປີ";
        Age16: "16 years", "16 ປີ";
        Age17: "17 years", "17 ປີ";
        Age18: "18 or older", "18 ປີຂຶ້ນໄປ";
        AgeUnknown: "Age not on record", "ບໍ່ໄດ້ບັນທຶກອາຍຸ";
        AgeSealed: "Age: case sealed", "ອາຍຸ: ຄະດີປິດຜະນຶກແລ້ວ";
        Rural: "Rural", "ຊົນນະບົດ";
        NotRural: "Not rural", "ບໍ່ແມ່ນຊົນນະບົດ";
        RuralUnknown: "Rural or not: not on record", "ບໍ່ໄດ້ບັນທຶກວ່າຢູ່ຊົນນະບົດຫລືບໍ່";
        RuralSealed: "Rural or not: case sealed", "ຊົນນະບົດຫລືບໍ່: ຄະດີປິດຜະນຶກແລ້ວ";
        Minority: "Ethnic minority", "ຊົນເຜົ່າສ່ວນນ້ອຍ";
        NotMinority: "No ethnic minority", "ບໍ່ແມ່ນຊົນເຜົ່າສ່ວນນ້ອຍ";
        MinorityUnknown: "Ethnic minority or not: not on record", "ບໍ່ໄດ້ບັນທຶກວ່າແມ່ນຊົນເຜົ່າສ່ວນນ້ອຍຫລືບໍ່";
        MinoritySealed: "Ethnic minority or not: case sealed", "ຊົນເຜົ່າສ່ວນນ້ອຍຫລືບໍ່: ຄະດີປິດຜະນຶກແລ້ວ";
        Disability: "Disability", "ຄົນພິການ";
        NoDisability: "No disability", "ບໍ່ພິການ";
        DisabilityUnknown: "Disability or not: not on record", "ບໍ່ໄດ້ບັນທຶກວ່າພິການຫລືບໍ່";
        DisabilitySealed: "Disability or not: case sealed", "ພິການຫລືບໍ່: ຄະດີປິດຜະນຶກແລ້ວ";
    }
}

impl Part {
    /// The group in words.
    pub const fn words(self) -> Words {
        match self {
            Self::All => Words::All,
            Self::Female => Words::Female,
            Self::Male => Words::Male,
            Self::SexUnknown => Words::SexUnknown,
            Self::SexSealed => Words::SexSealed,
            Self::Under15 => Words::Under15,
            Self::Age15 => Words::Age15,
            Self::Age16 => Words::Age16,
            Self::Age17 => Words::Age17,
            Self::Age18 => Words::Age18,
            Self::AgeUnknown => Words::AgeUnknown,
            Self::AgeSealed => Words::AgeSealed,
            Self::Rural => Words::Rural,
            Self::NotRural => Words::NotRural,
            Self::RuralUnknown => Words::RuralUnknown,
            Self::RuralSealed => Words::RuralSealed,
            Self::Minority => Words::Minority,
            Self::NotMinority => Words::NotMinority,
            Self::MinorityUnknown => Words::MinorityUnknown,
            Self::MinoritySealed => Words::MinoritySealed,
            Self::Disability => Words::Disability,
            Self::NoDisability => Words::NoDisability,
            Self::DisabilityUnknown => Words::DisabilityUnknown,
            Self::DisabilitySealed => Words::DisabilitySealed,
        }
    }
}

impl Count {
    /// What is counted, in words.
    pub const fn words(self) -> Words {
        match self {
            Self::Opened => Words::Opened,
            Self::Open => Words::Open,
            Self::Arrested => Words::Arrested,
            Self::Detained => Words::Detained,
            Self::BeforeJudgment => Words::BeforeJudgment,
            Self::Sentenced => Words::Sentenced,
            Self::Custodial => Words::Custodial,
            Self::Diverted => Words::Diverted,
            Self::Hearing => Words::Hearing,
            Self::Heard => Words::Heard,
        }
    }
}

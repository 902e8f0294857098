//! The sentences of refusals and warnings, in English and Lao.
//!
//! `{field}`, `{found}` and `{expected}` are placeholders for the values. In a part `[…|…]`, the text before the bar is
//! used if all its values are given, otherwise the text after the bar. The Lao is ours; no Lao speaker has reviewed it.

use super::{Code, Refusal};
use crate::language::Language;
use crate::template::pieces;

/// Declares the sentences: code, English, Lao.
macro_rules! sentences {
    ($($code:ident: $en:literal, $lo:literal;)+) => {
        const fn template(code: Code, language: Language) -> &'static str {
            match (code, language) {
                $((Code::$code, Language::En) => $en, (Code::$code, Language::Lo) => $lo,)+
            }
        }
    };
}

sentences! {
    NotJson: "[`{field}`: ]not JSON: {found}", "[`{field}`: ]ບໍ່ແມ່ນ JSON: {found}";
    DuplicateKey: "[`{field}`: ]a key is given twice in one object, {found}", "[`{field}`: ]ຊື່ຊ່ອງດຽວກັນຖືກຂຽນສອງຄັ້ງໃນວັດຖຸດຽວກັນ, {found}";
    TooManyKeys: "[`{field}`: ]an object has more than {expected} keys, {found}", "[`{field}`: ]ວັດຖຸມີຊ່ອງຫລາຍກວ່າ {expected} ຊ່ອງ, {found}";
    NotUtf8: "[`{field}`: ]found bytes that are not valid UTF-8[, {found}]; save the file as UTF-8", "[`{field}`: ]ພົບຂໍ້ມູນທີ່ບໍ່ແມ່ນຂໍ້ຄວາມ UTF-8[, {found}]; ໃຫ້ບັນທຶກໄຟລ໌ເປັນ UTF-8";
    NulCharacter: "[`{field}`: ]found a NUL character[ {found}], which no text may contain; remove it", "[`{field}`: ]ພົບຕົວອັກສອນ NUL[ {found}] ເຊິ່ງຂໍ້ຄວາມບໍ່ສາມາດມີໄດ້; ໃຫ້ເອົາອອກ";
    LineTooLong: "found a line of {found} bytes, expected at most {expected}; write one action per line, usually a few hundred bytes", "ພົບແຖວຍາວ {found} ໄບຕ໌, ຕ້ອງບໍ່ເກີນ {expected}; ໜຶ່ງການກະທຳແມ່ນໜຶ່ງແຖວ ຍາວປະມານສອງສາມຮ້ອຍໄບຕ໌";
    NotAnObject: "found {found}, expected a JSON object with one action", "ພົບ {found}, ຕ້ອງເປັນວັດຖຸ JSON ໜຶ່ງອັນ ຄືການກະທຳໜຶ່ງ";
    WrongColumns: "found {found} columns, expected {expected}; put a cell with a comma or a quotation mark into quotation marks, and double those inside", "ພົບ {found} ຖັນ, ຕ້ອງເປັນ {expected}; ຫ້ອງທີ່ມີເຄື່ອງໝາຍຈຸດ ຫລື ວົງຢືມ ຕ້ອງຢູ່ໃນວົງຢືມ ແລະ ວົງຢືມທີ່ຢູ່ທາງໃນໃຫ້ຂຽນຊ້ອນ";
    ColumnTwice: "`{field}`: found a field that has its own column[, `{expected}`]; give it only in that column", "`{field}`: ພົບຊ່ອງທີ່ມີຖັນຂອງຕົນແລ້ວ[, `{expected}`]; ໃຫ້ຂຽນໃນຖັນນັ້ນເທົ່ານັ້ນ";
    OpenQuotationMark: "a cell has an opening quotation mark but no closing one; remove it, or double it within a cell in quotation marks", "ວົງຢືມເປີດຫ້ອງ ແຕ່ບໍ່ໄດ້ປິດ; ໃຫ້ເອົາອອກ ຫລື ຂຽນຊ້ອນໃນຫ້ອງທີ່ຢູ່ໃນວົງຢືມ";
    TextBehindQuotationMark: "a cell has text after its closing quotation mark; double a quotation mark that belongs to the text", "ມີຂໍ້ຄວາມຢູ່ຫລັງວົງຢືມທີ່ປິດຫ້ອງ; ວົງຢືມພາຍໃນຫ້ອງຕ້ອງຂຽນຊ້ອນ";
    UnknownColumn: "column {found} has a cell that is not empty, but its heading is not a field; [did you mean `{expected}`?|correct the heading, or empty the cell]", "ຖັນ {found} ມີຫົວທີ່ບໍ່ແມ່ນຊື່ຊ່ອງ ແລະ ຫ້ອງບໍ່ຫວ່າງ; [ໝາຍເຖິງ `{expected}` ບໍ?|ໃຫ້ແກ້ຫົວຖັນ ຫລື ລຶບຫ້ອງ]";
    FieldOfAnotherAction: "`{field}`, column {found}: {expected} has no such field; empty the cell", "`{field}`, ຖັນ {found}: {expected} ບໍ່ມີຊ່ອງນີ້; ໃຫ້ລຶບຫ້ອງ";
    NotDayFirst: "`{field}`: found {found}: read with the day first, the calendar has no such day, or the year has not four digits; write 31/12/2025 or 2025-12-31", "`{field}`: ພົບ {found}: ເມື່ອອ່ານວັນກ່ອນ, ປະຕິທິນບໍ່ມີວັນນີ້ ຫລື ປີບໍ່ຄົບສີ່ຕົວເລກ; ໃຫ້ຂຽນ 31/12/2025 ຫລື 2025-12-31";
    NotATimeOfDay: "`{field}`: found {found}: the day has no such time, or it is not written with a colon; write 31/12/2025 09:30, or the date alone if the time of day is not known", "`{field}`: ພົບ {found}: ບໍ່ມີໂມງນີ້ ຫລື ບໍ່ໄດ້ຂຽນດ້ວຍຈ້ຳສອງເມັດ (:); ໃຫ້ຂຽນ 31/12/2025 09:30, ຫລື ວັນທີຢ່າງດຽວ ຖ້າບໍ່ຮູ້ໂມງ";
    NotATableInstant: "`{field}`: found {found}; write 31/12/2025 09:30 or 2025-12-31T09:30:00+07:00, or a date alone (31/12/2025, 2025-12-31) if the time of day is not known", "`{field}`: ພົບ {found}; ໃຫ້ຂຽນ 31/12/2025 09:30 ຫລື 2025-12-31T09:30:00+07:00, ຫລື ວັນທີຢ່າງດຽວ (31/12/2025, 2025-12-31) ຖ້າບໍ່ຮູ້ໂມງ";
    ErrorCell: "the cell {found} holds the error {expected}; correct it and save the workbook again", "ຫ້ອງ {found} ມີຂໍ້ຜິດພາດ {expected}; ໃຫ້ແກ້ ແລະ ບັນທຶກໄຟລ໌ໃໝ່";
    FormulaWithoutValue: "the cell {found} holds a formula without a value; open the workbook in Excel and save it again", "ຫ້ອງ {found} ມີສູດທີ່ບໍ່ມີຄ່າ; ໃຫ້ເປີດໄຟລ໌ໃນ Excel ແລະ ບັນທຶກໃໝ່";
    NotADateCell: "the cell {found} holds a time without a date, or a date that does not exist; write 2025-12-31 or 31/12/2025 09:30", "ຫ້ອງ {found} ມີເວລາທີ່ບໍ່ມີວັນທີ ຫລື ວັນທີທີ່ບໍ່ມີຈິງ; ໃຫ້ຂຽນ 2025-12-31 ຫລື 31/12/2025 09:30";
    MissingField: "`{field}` is missing and required here", "ຂາດ `{field}` ເຊິ່ງຈຳເປັນຕ້ອງມີ";
    UnknownField: "unknown field, number {found}[ in `{field}`]; [did you mean `{expected}`?|check its spelling or leave it out]", "ບໍ່ຮູ້ຈັກຊ່ອງທີ {found}[ ໃນ `{field}`]; [ໝາຍເຖິງ `{expected}` ບໍ?|ໃຫ້ກວດຕົວສະກົດ ຫລື ເອົາອອກ]";
    KeyInCapitals: "unknown field, number {found}[ in `{field}`]: keys are in small letters; write `{expected}`", "ບໍ່ຮູ້ຈັກຊ່ອງທີ {found}[ ໃນ `{field}`]: ຊື່ຊ່ອງຕ້ອງເປັນຕົວພິມນ້ອຍ; ໃຫ້ຂຽນ `{expected}`";
    WrongType: "`{field}`: found {found}, expected {expected}", "`{field}`: ພົບ {found}, ຕ້ອງເປັນ {expected}";
    WrongForm: "`{field}`: found {found}; write {expected}", "`{field}`: ພົບ {found}; ໃຫ້ຂຽນ {expected}";
    NullGiven: "`{field}`: found null, expected {expected}; leave the field out if it is not known", "`{field}`: ພົບ null, ຕ້ອງເປັນ {expected}; ຖ້າບໍ່ຮູ້ ໃຫ້ເອົາຊ່ອງນີ້ອອກ";
    UnknownWord: "`{field}`: found another text, expected one of {expected}", "`{field}`: ພົບຂໍ້ຄວາມອື່ນ, ຕ້ອງເປັນຄຳໃດໜຶ່ງໃນ {expected}";
    MisspeltWord: "`{field}`: found another text; did you mean {expected}?", "`{field}`: ພົບຂໍ້ຄວາມອື່ນ; ໝາຍເຖິງ {expected} ບໍ?";
    NotANumber: "`{field}`: found {found}, expected a whole number, {expected}, in digits only", "`{field}`: ພົບ {found}, ຕ້ອງເປັນຈຳນວນເຕັມ {expected} ຂຽນດ້ວຍຕົວເລກເທົ່ານັ້ນ";
    NotACaseReference: "`{field}`: not a case reference, which is 1 to 64 of {expected}; never a name", "`{field}`: ບໍ່ແມ່ນເລກອ້າງອີງຄະດີ ເຊິ່ງມີ 1 ຫາ 64 ຕົວ ໃນ {expected}; ຫ້າມໃຊ້ຊື່ຄົນ";
    NotAnOfficeCode: "`{field}`: not an office code, which is 1 to 64 of {expected}", "`{field}`: ບໍ່ແມ່ນລະຫັດຫ້ອງການ ເຊິ່ງມີ 1 ຫາ 64 ຕົວ ໃນ {expected}";
    NotAUuid: "`{field}`: not a UUID of 36 characters with hyphens", "`{field}`: ບໍ່ແມ່ນ UUID 36 ຕົວອັກສອນທີ່ມີຂີດຕໍ່";
    NotAnInstant: "`{field}`: found {found}, expected an instant with its offset such as 2026-03-01T09:30:00+07:00, or a date of the calendar such as 2026-03-01 if the time of day is not known", "`{field}`: ພົບ {found}, ຕ້ອງເປັນວັນ-ເວລາທີ່ມີເຂດເວລາ ເຊັ່ນ 2026-03-01T09:30:00+07:00, ຫລື ວັນທີຕາມປະຕິທິນ ເຊັ່ນ 2026-03-01 ຖ້າບໍ່ຮູ້ໂມງ";
    NotADate: "`{field}`: not a calendar date in the form YYYY-MM-DD; write year, month and day, such as 2025-12-31", "`{field}`: ບໍ່ແມ່ນວັນທີຕາມປະຕິທິນໃນຮູບແບບ YYYY-MM-DD; ໃຫ້ຂຽນ 2025-12-31 (ປີ-ເດືອນ-ວັນ)";
    BuddhistYear: "`{field}`: [found {found}, ]the year is one of the Buddhist era; [write {expected}: ]subtract 543 from the year", "`{field}`: [ພົບ {found}, ]ປີເປັນພຸດທະສັກກະຣາດ (ພ.ສ.); [ໃຫ້ຂຽນ {expected}: ]ເອົາປີລົບ 543";
    YearOutOfRange: "`{field}`: [found {found}, ]the year is outside {expected}", "`{field}`: [ພົບ {found}, ]ປີຢູ່ນອກຊ່ວງ {expected}";
    MinAboveMax: "`{field}`: `min` is above `max`; expected the lower end first", "`{field}`: `min` ສູງກວ່າ `max`; ຕ້ອງຂຽນຄ່າຕ່ຳກ່ອນ";
    EmptyList: "`{field}`: found an empty list, expected at least one item", "`{field}`: ພົບລາຍການວ່າງ, ຕ້ອງມີຢ່າງໜ້ອຍໜຶ່ງລາຍການ";
    NoneGiven: "none of {expected} is given; expected at least one", "ບໍ່ມີອັນໃດໃນ {expected}; ຕ້ອງມີຢ່າງໜ້ອຍໜຶ່ງອັນ";
    InTheFuture: "`{field}`: {found} lies in the future (the recording clock says {expected}); record what happened, not what is planned", "`{field}`: {found} ຢູ່ໃນອະນາຄົດ (ໂມງຂອງລະບົບແມ່ນ {expected}); ໃຫ້ບັນທຶກສິ່ງທີ່ເກີດຂຶ້ນແລ້ວ ບໍ່ແມ່ນສິ່ງທີ່ວາງແຜນໄວ້";
    AfterOpening: "`{field}`: the date is after the opening of the case, or after the action that states it", "`{field}`: ວັນທີຢູ່ຫລັງການເປີດຄະດີ ຫລື ຫລັງການກະທຳທີ່ລະບຸມັນ";
    BeforeBirth: "`{field}`: {found} is before the child's birth date; one of the two dates is wrong", "`{field}`: {found} ຢູ່ກ່ອນວັນເກີດຂອງເດັກ; ມີວັນທີໜຶ່ງທີ່ຜິດ";
    NotAChild: "the person was {expected} or older at every offence; the law on children does not apply (Art. 2(1))", "ບຸກຄົນນີ້ມີອາຍຸ {expected} ປີຂຶ້ນໄປໃນທຸກການກະທຳຜິດ; ກົດໝາຍວ່າດ້ວຍເດັກບໍ່ນຳໃຊ້ (ມາດຕາ 2(1))";
    UsedId: "the id {found} is used by another action of this case; send this action under its own id", "id {found} ຖືກໃຊ້ກັບການກະທຳອື່ນຂອງຄະດີນີ້ແລ້ວ; ໃຫ້ສົ່ງອັນນີ້ດ້ວຍ id ຂອງມັນເອງ";
    OpenedAlready: "the case {found} was opened before; a case is opened only once", "ຄະດີ {found} ເປີດແລ້ວ; ຄະດີໜຶ່ງເປີດໄດ້ຄັ້ງດຽວ";
    NeverOpened: "the case {found} was never opened; send its case_opened first or with it", "ຄະດີ {found} ຍັງບໍ່ທັນເປີດ; ໃຫ້ສົ່ງ case_opened ຂອງຄະດີກ່ອນ ຫລື ພ້ອມກັນ";
    NoSuchOffence: "`{field}`: [index {found} is out of range; offences of the case: {expected}, the first is 0|{found} is not the id of an offence_added of this case]", "`{field}`: [ບໍ່ມີຂໍ້ຫາທີ {found}; ຄະດີມີ {expected} (ຂໍ້ທຳອິດແມ່ນ 0)|{found} ບໍ່ແມ່ນ id ຂອງ offence_added ໃນຄະດີນີ້]";
    NoSuchAction: "`{field}`: {found} is not the id of a recorded action of this case", "`{field}`: {found} ບໍ່ແມ່ນການກະທຳທີ່ບັນທຶກໄວ້ໃນຄະດີນີ້";
    WithdrawsWithdrawal: "`{field}`: a withdrawal cannot be withdrawn; record the action again under a new id", "`{field}`: ການຖອນ ຖອນອີກບໍ່ໄດ້; ໃຫ້ບັນທຶກການກະທຳນັ້ນໃໝ່ ດ້ວຍ id ໃໝ່";
    WithdrawsOpening: "`{field}`: the opening of a case cannot be withdrawn; correct it with child_identified, offence_corrected, offence_reclassified or case_transferred, or void the case with case_voided", "`{field}`: ການເປີດຄະດີ ຖອນບໍ່ໄດ້; ໃຫ້ແກ້ດ້ວຍ child_identified, offence_corrected, offence_reclassified ຫລື case_transferred, ຫລື ຍົກເລີກຄະດີດ້ວຍ case_voided";
    SameCase: "`{field}`: {found} is the case itself; name the case that it repeats, or leave the field out", "`{field}`: {found} ແມ່ນຄະດີນີ້ເອງ; ໃຫ້ລະບຸຄະດີທີ່ຊ້ຳກັນ ຫລື ບໍ່ຕ້ອງໃສ່ຊ່ອງນີ້";
    CaseFull: "the case already has {expected} actions, the most that a case may have", "ຄະດີມີ {expected} ການກະທຳແລ້ວ ເຊິ່ງເປັນຈຳນວນສູງສຸດ";
    NoCaseOfYours: "the case {found} was never opened, or is not a case of {expected}; send its case_opened first, or send this through an office of the case", "ຄະດີ {found} ຍັງບໍ່ທັນເປີດ ຫລື ບໍ່ແມ່ນຄະດີຂອງ {expected}; ໃຫ້ສົ່ງ case_opened ກ່ອນ ຫລື ສົ່ງຜ່ານຫ້ອງການຂອງຄະດີນັ້ນ";
    NotForRole: "`{field}`: somebody in the role {found} may not record this[, only {expected}]; let an office of the case record it", "`{field}`: ຜູ້ມີໜ້າທີ່ {found} ບັນທຶກລາຍການນີ້ບໍ່ໄດ້[, ບັນທຶກໄດ້ສະເພາະ {expected}]; ໃຫ້ຫ້ອງການຂອງຄະດີເປັນຜູ້ບັນທຶກ";
    NotNamed: "{expected} is neither in `by` of the case {found} nor one of its offices; an office may send the opening of a case only if it is in `by` or is one of the case's offices", "{expected} ບໍ່ຢູ່ໃນ `by` ຂອງຄະດີ {found} ແລະ ບໍ່ແມ່ນຫ້ອງການໃດໜຶ່ງຂອງຄະດີ; ຫ້ອງການສົ່ງການເປີດຄະດີໄດ້ ສະເພາະເມື່ອຕົນຢູ່ໃນ `by` ຫລື ເປັນຫ້ອງການໜຶ່ງຂອງຄະດີ";
    UnreadableHandling: "the line does not say what is done about an item of the inbox: `id`, `case`, `key`, `doing`, and for a taking `what` and `until`", "ແຖວບໍ່ໄດ້ບອກວ່າເຮັດຫຍັງກັບລາຍການທີ່ຕ້ອງເຮັດ: `id`, `case`, `key`, `doing`, ແລະ ເມື່ອຮັບເອົາ `what` ກັບ `until`";
    AlertNotOpen: "`{field}`: the alert is not open any more, or was not raised for this office; look at the list again", "`{field}`: ການແຈ້ງເຕືອນນີ້ບໍ່ຄ້າງຢູ່ແລ້ວ ຫລື ບໍ່ແມ່ນຂອງຫ້ອງການນີ້; ໃຫ້ເບິ່ງລາຍການໃໝ່";
    SeveralItems: "`{field}`: the case has several items of this rule; name one by its key, or by the id of its alert", "`{field}`: ຄະດີມີຫລາຍລາຍການຂອງກົດນີ້; ໃຫ້ລະບຸດ້ວຍ key ຫລື ດ້ວຍ id ຂອງການແຈ້ງເຕືອນ";
    NotOfOffice: "`{field}`: not a person of this office; give the id of one who is", "`{field}`: ບໍ່ແມ່ນຄົນຂອງຫ້ອງການນີ້; ໃຫ້ໃສ່ id ຂອງຄົນໃນຫ້ອງການ";
    AlertNotTaken: "`{field}`: this person does not have the alert; look at the list again", "`{field}`: ຜູ້ນີ້ບໍ່ໄດ້ຮັບການແຈ້ງເຕືອນນີ້ໄວ້; ໃຫ້ເບິ່ງລາຍການໃໝ່";
    AlertNotNotable: "`{field}`: the alert is about a time limit; take it and say what will be done until when", "`{field}`: ການແຈ້ງເຕືອນນີ້ກ່ຽວກັບກຳນົດເວລາ; ໃຫ້ຮັບເອົາ ແລະ ບອກວ່າຈະເຮັດຫຍັງ ຮອດເວລາໃດ";
    NoSecondLook: "`{field}`: this action needs no second look; load the list again", "`{field}`: ການກະທຳນີ້ບໍ່ຕ້ອງໃຫ້ຄົນທີສອງຢືນຢັນ; ໃຫ້ໂຫລດລາຍການໃໝ່";
    OfAnotherOffice: "`{field}`: another office recorded this action; somebody of that office has to confirm it", "`{field}`: ຫ້ອງການອື່ນເປັນຜູ້ບັນທຶກການກະທຳນີ້; ຕ້ອງໃຫ້ຄົນຂອງຫ້ອງການນັ້ນຢືນຢັນ";
    OwnEntry: "`{field}`: you entered this action yourself; another person of your office has to confirm it", "`{field}`: ທ່ານເປັນຜູ້ປ້ອນການກະທຳນີ້ເອງ; ຕ້ອງໃຫ້ຄົນອື່ນໃນຫ້ອງການຢືນຢັນ";
    PersonNeeded: "`{field}`: a person has to confirm this; log in and confirm it there", "`{field}`: ຕ້ອງໃຫ້ຄົນຢືນຢັນ ບໍ່ແມ່ນໂປຣແກຣມ; ໃຫ້ເຂົ້າລະບົບແລ້ວຢືນຢັນຢູ່ນັ້ນ";
    ClockInDoubt: "the clock of the machine is in doubt; nothing was recorded; try again when the operator has confirmed it", "ໂມງຂອງເຄື່ອງບໍ່ແນ່ນອນ; ຍັງບໍ່ໄດ້ບັນທຶກ; ໃຫ້ລອງໃໝ່ເມື່ອຜູ້ດູແລລະບົບຢືນຢັນໂມງແລ້ວ";
    StillOpen: "the case {found} is open; a case is sealed once case_closed or case_voided is recorded", "ຄະດີ {found} ຍັງເປີດຢູ່; ປິດຜະນຶກໄດ້ເມື່ອບັນທຶກ case_closed ຫລື case_voided ແລ້ວ";
    StillHeld: "the child of the case {found} is held or in a training centre; the case is sealed once the release or leaving is recorded", "ເດັກໃນຄະດີ {found} ຍັງຖືກກັກ ຫລື ຢູ່ສູນຝຶກອົບຮົມ; ປິດຜະນຶກໄດ້ເມື່ອບັນທຶກການປ່ອຍຕົວແລ້ວ";
    OfSealedCase: "the line is of a case that was sealed; what was personal in it is lost, so it cannot be recorded again", "ແຖວນີ້ແມ່ນຂອງຄະດີທີ່ປິດຜະນຶກແລ້ວ; ຂໍ້ມູນສ່ວນຕົວໃນນັ້ນບໍ່ມີແລ້ວ, ຈຶ່ງບັນທຶກຄືນບໍ່ໄດ້";
    TextTooLong: "`{field}`: found {found} characters, expected at most {expected}; shorten it", "`{field}`: ພົບ {found} ຕົວອັກສອນ, ຕ້ອງບໍ່ເກີນ {expected}; ໃຫ້ຂຽນສັ້ນລົງ";
    UntilOutOfRange: "`{field}`: found {found}, expected an instant ahead, at most {expected} days from now", "`{field}`: ພົບ {found}, ຕ້ອງເປັນເວລາຂ້າງໜ້າ ບໍ່ເກີນ {expected} ວັນນັບແຕ່ນີ້";
    Other: "{found}", "ໂປຣແກຣມອີກຝ່າຍຕອບວ່າ: {found}";
    BeforeOffence: "`{field}`: {found} is before the earliest offence", "`{field}`: {found} ຢູ່ກ່ອນການກະທຳຜິດທຳອິດ";
    UnderTen: "the child was under {expected} at the earliest offence; check the birth date or the age, and the date of the offence", "ເດັກມີອາຍຸບໍ່ເຖິງ {expected} ປີໃນການກະທຳຜິດທຳອິດ; ໃຫ້ກວດວັນເກີດ ຫລື ອາຍຸ ແລະ ວັນທີກະທຳຜິດ";
    SameMoment: "the case has another {expected} at {found}; if both are the same, withdraw one", "ຄະດີມີ {expected} ອີກອັນໜຶ່ງໃນ {found}; ຖ້າແມ່ນອັນດຽວກັນ ໃຫ້ຖອນອັນໜຶ່ງ";
    UnknownOffice: "`{field}`: {found} is not among the offices[; did you mean {expected}?]", "`{field}`: {found} ບໍ່ຢູ່ໃນບັນຊີຫ້ອງການ[; ໝາຍເຖິງ {expected} ບໍ?]";
    OfficeOfAnotherKind: "`{field}`: {found} is listed as another kind of office; expected one of the kind {expected}", "`{field}`: {found} ຢູ່ໃນບັນຊີເປັນຫ້ອງການປະເພດອື່ນ; ຕ້ອງເປັນປະເພດ {expected}";
    FormerOffice: "`{field}`: {found} no longer exists; {expected} took its place", "`{field}`: {found} ບໍ່ມີແລ້ວ; {expected} ແທນທີ່";
    WithdrawnBefore: "the action {found} is already recorded and was withdrawn; if it did happen, send it under a new id", "ການກະທຳ {found} ຮູ້ແລ້ວ ແລະ ຖືກຖອນໄປແລ້ວ; ຖ້າເກີດຂຶ້ນແທ້ ໃຫ້ສົ່ງດ້ວຍ id ໃໝ່";
    CaseVoided: "the case {found} is voided, so this counts nowhere; if the case is right, withdraw its case_voided", "ຄະດີ {found} ຖືກຍົກເລີກແລ້ວ, ສະນັ້ນລາຍການນີ້ບໍ່ນັບ; ຖ້າຄະດີຖືກຕ້ອງ ໃຫ້ຖອນ case_voided";
    SeveralLines: "the row spans lines {found}; if it should not, a quotation mark is missing or there is one too many", "ແຖວນີ້ກວມເອົາແຖວທີ {found}; ຖ້າບໍ່ຖືກຕ້ອງ ແມ່ນວົງຢືມຂາດ ຫລື ເກີນ";
    FirstSheet: "the workbook has {found} sheets; only the first is read", "ໄຟລ໌ມີ {found} ແຜ່ນ; ອ່ານສະເພາະແຜ່ນທຳອິດ";
}

/// The words for JSON types: as `found` and `expected` name them, in English, in Lao.
const TERMS: [(&str, [&str; 2]); 7] = [
    ("null", ["null", "null"]),
    ("boolean", ["true or false", "true ຫລື false"]),
    ("number", ["a number", "ຕົວເລກ"]),
    ("fraction", ["a number that is not whole or too large", "ຕົວເລກທີ່ບໍ່ແມ່ນຈຳນວນເຕັມ ຫລື ໃຫຍ່ເກີນໄປ"]),
    ("text", ["a text", "ຂໍ້ຄວາມ"]),
    ("list", ["a list", "ລາຍການ"]),
    ("object", ["an object", "ວັດຖຸ"]),
];

/// The sentence of a refusal.
pub(super) fn sentence(refusal: &Refusal, language: Language) -> String {
    let mut out = String::with_capacity(128);
    let mut rest = template(refusal.code, language);
    while let Some((before, part)) = rest.split_once('[') {
        let (part, behind) = part.split_once(']').unwrap_or((part, ""));
        let (given, otherwise) = part.split_once('|').unwrap_or((part, ""));
        out.push_str(&filled(before, refusal, language).unwrap_or_default());
        out.push_str(&filled(given, refusal, language).unwrap_or_else(|| otherwise.to_owned()));
        rest = behind;
    }
    out.push_str(&filled(rest, refusal, language).unwrap_or_else(|| rest.to_owned()));
    out
}

/// `part` with its values filled in; `None` if one of them is not given.
fn filled(part: &str, refusal: &Refusal, language: Language) -> Option<String> {
    let mut out = String::with_capacity(part.len());
    for (text, name) in pieces(part) {
        out.push_str(text);
        let value = match name {
            None => break,
            Some("field") => refusal.field.as_deref(),
            Some("found") => refusal.found.as_deref(),
            Some(_) => refusal.expected.as_deref(),
        };
        out.push_str(term(value?, language));
    }
    Some(out)
}

fn term(value: &str, language: Language) -> &str {
    TERMS.iter().find(|(word, _)| *word == value).map_or(value, |(_, words)| language.of(*words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_only_what_is_there() {
        let field = Refusal::new(Code::UnknownField).found("5");
        assert_eq!(field.to_string(), "unknown field, number 5; check its spelling or leave it out");
        let field = field.field("child").expected("birth_date");
        assert_eq!(field.to_string(), "unknown field, number 5 in `child`; did you mean `birth_date`?");
        assert_eq!(field.reason(Language::Lo), "ບໍ່ຮູ້ຈັກຊ່ອງທີ 5 ໃນ `child`; ໝາຍເຖິງ `birth_date` ບໍ?");
        let typed = Refusal::new(Code::WrongType).field("evidence_firm").found("text").expected("boolean");
        assert_eq!(typed.to_string(), "`evidence_firm`: found a text, expected true or false");
        assert_eq!(typed.reason(Language::Lo), "`evidence_firm`: ພົບ ຂໍ້ຄວາມ, ຕ້ອງເປັນ true ຫລື false");
    }

    #[test]
    fn every_sentence_names_the_same_values_in_both_languages() {
        for &code in Code::ALL {
            let named = |language| {
                let template = template(code, language);
                let mut names: Vec<&str> =
                    template.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
                names.sort_unstable();
                names
            };
            assert_eq!(named(Language::En), named(Language::Lo), "{code}");
            assert_ne!(template(code, Language::En), template(code, Language::Lo), "{code}");
        }
    }
}

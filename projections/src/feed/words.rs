//! The words of a calendar. The Lao is ours; no lawyer has reviewed it.

crate::catalogue! {
    /// Words of a calendar.
    Words {
        Calendar: "Limits", "ກຳນົດເວລາ";
        Aid: "A memory aid, never the alarm: what counts are the docket and the alerts.", "ເປັນພຽງສິ່ງຊ່ວຍຈື່, ບໍ່ແມ່ນການແຈ້ງເຕືອນ: ໃຫ້ອີງໃສ່ບັນຊີຄະດີ ແລະ ການແຈ້ງເຕືອນ.";
        LeftOut: "Only the first {n} are listed, those that end first.", "ສະແດງພຽງ {n} ກຳນົດທຳອິດ, ທີ່ສິ້ນສຸດກ່ອນ.";
        Protective: "Ends by the protective reading: {end}.", "ສິ້ນສຸດຕາມແບບປົກປ້ອງເດັກ: {end}.";
        Lenient: "Ends by the lenient reading: {end}.", "ສິ້ນສຸດຕາມແບບຜ່ອນຜັນ: {end}.";
        NotLenient: "By the lenient reading no limit runs.", "ຕາມແບບຜ່ອນຜັນ ຍັງບໍ່ມີກຳນົດ.";
        OwedBy: "Owed by {office}.", "ຜູ້ຮັບຜິດຊອບ: {office}.";
        Done: "Owed no more: the duty was done.", "ບໍ່ຕ້ອງເຮັດອີກ: ໄດ້ເຮັດແລ້ວ.";
        CaseClosed: "Owed no more: the case was closed.", "ບໍ່ຕ້ອງເຮັດອີກ: ຄະດີຖືກປິດແລ້ວ.";
        Gone: "Owed no more: it stands in the docket no more.", "ບໍ່ຕ້ອງເຮັດອີກ: ບໍ່ຢູ່ໃນບັນຊີຄະດີແລ້ວ.";
    }
}

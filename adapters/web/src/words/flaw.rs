//! Why something about people or tokens is refused.

projections::catalogue! {
    /// A reason, and what to do.
    Flaw {
        LoginForm: "A login name has 1 to 64 of a-z, 0-9, hyphen, dot and underscore.", "ຊື່ເຂົ້າລະບົບ ມີ 1 ຫາ 64 ຕົວ: a-z, 0-9, ຂີດ, ຈຸດ ແລະ ຂີດກ້ອງ.";
        LoginTaken: "Another person has this login name. Choose another one.", "ຜູ້ອື່ນໃຊ້ຊື່ເຂົ້າລະບົບນີ້ແລ້ວ. ເລືອກຊື່ອື່ນ.";
        NameForm: "A name has 1 to 100 characters.", "ຊື່ ມີ 1 ຫາ 100 ຕົວອັກສອນ.";
        RoleUnknown: "Choose a role: clerk, prosecutor, investigator, lawyer, supervisor or operator.", "ເລືອກບົດບາດ: clerk, prosecutor, investigator, lawyer, supervisor ຫຼື operator.";
        RoleTwice: "The person has this role in this office at that time already.", "ຜູ້ນີ້ມີບົດບາດນີ້ ໃນຫ້ອງການນີ້ ໃນເວລານັ້ນແລ້ວ.";
        OperatorAlone: "An operator has no other role at the same time. End the other role first, or add another person.", "ຜູ້ດູແລລະບົບ ມີບົດບາດອື່ນພ້ອມກັນບໍ່ໄດ້. ຢຸດບົດບາດອື່ນກ່ອນ ຫຼື ເພີ່ມຜູ້ໃຊ້ຄົນອື່ນ.";
        OperatorHasNoOffice: "An operator belongs to no office. Leave the office out.", "ຜູ້ດູແລລະບົບ ບໍ່ຂຶ້ນກັບຫ້ອງການໃດ. ບໍ່ຕ້ອງໃສ່ຫ້ອງການ.";
        OfficeMissing: "This role is held in an office. Name it by its code.", "ບົດບາດນີ້ຕ້ອງມີຫ້ອງການ. ໃສ່ລະຫັດຫ້ອງການ.";
        OfficeUnknown: "There is no office with this code. “kamnot offices” lists them.", "ບໍ່ມີຫ້ອງການທີ່ມີລະຫັດນີ້. “kamnot offices” ສະແດງລາຍຊື່.";
        OfficeOfAnotherKind: "This role is not held in an office of that kind.", "ບົດບາດນີ້ ບໍ່ມີໃນຫ້ອງການປະເພດນັ້ນ.";
        UntilBeforeFrom: "The last day lies before the first.", "ມື້ສຸດທ້າຍ ຢູ່ກ່ອນມື້ທຳອິດ.";
        DateForm: "A date is written 2026-03-04 or 4/3/2026.", "ວັນທີຂຽນແບບ 2026-03-04 ຫຼື 4/3/2026.";
        PersonMoved: "Something of this person was changed since the page was shown, perhaps by this form itself, sent before. Nothing was done now: look at the page, and send it again if it is still needed.", "ຂໍ້ມູນຂອງຜູ້ນີ້ມີການປ່ຽນ ຕັ້ງແຕ່ສະແດງໜ້ານີ້, ບາງທີແມ່ນແບບຟອມນີ້ເອງ ທີ່ສົ່ງໄປແລ້ວ. ເທື່ອນີ້ບໍ່ມີຫຍັງປ່ຽນ: ໃຫ້ເບິ່ງໜ້ານີ້, ແລະ ສົ່ງອີກ ຖ້າຍັງຈຳເປັນ.";
        NoSuchPerson: "There is no such person.", "ບໍ່ມີຜູ້ໃຊ້ນີ້.";
        NoSuchRole: "The person does not have this role.", "ຜູ້ນີ້ບໍ່ມີບົດບາດນີ້.";
        NoSuchToken: "There is no such token.", "ບໍ່ມີໂທເຄັນນີ້.";
        NoTokenForOperators: "A token works for an office; an operator has none.", "ໂທເຄັນໃຊ້ໃນນາມຫ້ອງການ; ຜູ້ດູແລລະບົບບໍ່ມີຫ້ອງການ.";
        SentBefore: "This form was sent before, or is incomplete; nothing was done now. The list below has what was made then: revoke it if its secret is lost.", "ແບບຟອມນີ້ ສົ່ງໄປແລ້ວ ຫຼື ບໍ່ຄົບ; ເທື່ອນີ້ບໍ່ມີຫຍັງປ່ຽນ. ສິ່ງທີ່ສ້າງເທື່ອນັ້ນ ຢູ່ໃນລາຍການລຸ່ມນີ້: ຍົກເລີກມັນ ຖ້າລະຫັດລັບເສຍ.";
        OfficeWithoutCases: "This office has no cases, and so no feed.", "ຫ້ອງການນີ້ບໍ່ມີຄະດີ, ຈຶ່ງບໍ່ມີຟີດ.";
        TooManyFeeds: "The office has as many feeds as it may. Revoke one first.", "ຫ້ອງການນີ້ມີຟີດຄົບຈຳນວນແລ້ວ. ຖອນອັນໜຶ່ງກ່ອນ.";
        NoSuchFeed: "There is no such feed.", "ບໍ່ມີຟີດນີ້.";
        Yourself: "Another operator has to do this to you.", "ຕ້ອງໃຫ້ຜູ້ດູແລລະບົບຄົນອື່ນ ເຮັດສິ່ງນີ້ໃຫ້ທ່ານ.";
    }
}

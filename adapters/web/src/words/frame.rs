//! The words around every page.

projections::catalogue! {
    /// Words of the frame.
    Frame {
        Skip: "Skip to content", "ຂ້າມໄປເນື້ອໃນ";
        Overview: "Overview", "ພາບລວມ";
        Inbox: "Inbox", "ກ່ອງແຈ້ງເຕືອນ";
        Docket: "Docket", "ບັນຊີຄະດີ";
        Enter: "Enter a paper", "ປ້ອນເອກະສານ";
        ToConfirm: "To confirm", "ລໍຖ້າຢືນຢັນ";
        Cases: "Cases", "ຄະດີ";
        Figures: "Figures", "ຕົວເລກ";
        Law: "The law", "ກົດໝາຍ";
        MyLooks: "My looks", "ສິ່ງທີ່ຂ້ອຍເບິ່ງ";
        LookAtCase: "Look at a case", "ເບິ່ງຄະດີ";
        Health: "Health", "ສະພາບລະບົບ";
        People: "People", "ຜູ້ໃຊ້";
        Tokens: "Tokens", "ໂທເຄັນ";
        Feeds: "Feeds", "ຟີດ";
        Mail: "Mail", "ອີເມວ";
        Sessions: "Sessions", "ເຊດຊັນ";
        OfficeChanges: "Offices change", "ຫ້ອງການປ່ຽນ";
        Settings: "Settings", "ການຕັ້ງຄ່າ";
        ChangePerson: "Change person", "ປ່ຽນຜູ້ໃຊ້";
        OtherLanguage: "ພາສາລາວ", "English";
        AsOf: "As of", "ໃນເວລາ";
        Rulebook: "Rulebook", "ປຶ້ມກົດເກນ";
        Clock: "Clock", "ໂມງ";
        ClockCertain: "certain", "ແນ່ນອນ";
        ClockInDoubt: "in doubt", "ບໍ່ແນ່ນອນ";
        Main: "Main", "ຫຼັກ";
        TrustLabel: "How far this page can be trusted", "ໜ້ານີ້ເຊື່ອຖືໄດ້ປານໃດ";
        Warning: "Warning", "ຄຳເຕືອນ";
        DoubtHead: "Do not rely on the times on this page: the clock is in doubt", "ຢ່າເຊື່ອເວລາໃນໜ້ານີ້: ໂມງບໍ່ແນ່ນອນ";
        DoubtSays: "Limits that depend on the hour may be shown as running although they have passed. No alert is withdrawn meanwhile.", "ກຳນົດທີ່ນັບເປັນຊົ່ວໂມງ ອາດສະແດງວ່າຍັງດຳເນີນຢູ່ ທັງທີ່ກາຍໄປແລ້ວ. ລະຫວ່າງນີ້ ບໍ່ມີການຖອນການແຈ້ງເຕືອນ.";
        ClockByThis: "by this clock, in doubt", "ຕາມໂມງນີ້, ບໍ່ແນ່ນອນ";
        WatchBehind: "Watch behind by", "ການເຝົ້າຊ້າ";
        DeliveredUpTo: "Alerts delivered up to", "ສົ່ງການແຈ້ງເຕືອນຮອດ";
        NotDelivered: "Alerts: shown here only, not sent", "ການແຈ້ງເຕືອນ: ສະແດງຢູ່ນີ້ເທົ່ານັ້ນ, ບໍ່ໄດ້ສົ່ງ";
        Unknown: "unknown", "ບໍ່ຮູ້";
        LateHead: "Do not rely on this page alone: the watch is behind", "ຢ່າອີງໃສ່ໜ້ານີ້ຢ່າງດຽວ: ການເຝົ້າຊ້າ";
        LateSays: "Alerts of limits that have passed may not have been raised yet. The times of the limits themselves are right.", "ການແຈ້ງເຕືອນກຳນົດທີ່ກາຍໄປແລ້ວ ອາດຍັງບໍ່ໄດ້ອອກ. ເວລາຂອງກຳນົດເອງຖືກຕ້ອງ.";
        NatsHead: "Alerts are not being delivered: NATS is away", "ບໍ່ໄດ້ສົ່ງການແຈ້ງເຕືອນ: ຕິດຕໍ່ NATS ບໍ່ໄດ້";
        NatsSays: "Alerts are kept and will be delivered. Until then look at the docket.", "ການແຈ້ງເຕືອນຖືກເກັບໄວ້ ແລະ ຈະຖືກສົ່ງ. ລະຫວ່າງນີ້ ໃຫ້ເບິ່ງບັນຊີຄະດີ.";
        OutdatedHead: "Do not rely on this page: another rulebook is in force, or the log was moved", "ຢ່າເຊື່ອໜ້ານີ້: ປຶ້ມກົດເກນອື່ນມີຜົນໃຊ້ແລ້ວ ຫຼື ບັນທຶກຖືກຍ້າຍ";
        OutdatedSays: "This process still shows the former rulebook. The operator must restart it.", "ໂປຣແກຣມນີ້ຍັງສະແດງປຶ້ມກົດເກນເກົ່າ. ຜູ້ດູແລລະບົບຕ້ອງເປີດໃໝ່.";
        Demo: "Demonstration", "ການສາທິດ";
        FirstPage: "To the first page", "ໄປໜ້າທຳອິດ";
        MadeUp: "Made-up cases.", "ຄະດີສົມມຸດ.";
        NotAFinding: "“Appears exceeded on the recorded facts” is not a finding of a court.", "“ເບິ່ງຄືວ່າເກີນກຳນົດເວລາ ຕາມຂໍ້ເທັດຈິງທີ່ບັນທຶກໄວ້” ບໍ່ແມ່ນຄຳຕັດສິນຂອງສານ.";
        NotReviewed: "Not reviewed by a lawyer.", "ຍັງບໍ່ໄດ້ຜ່ານການກວດຂອງນັກກົດໝາຍ.";
        NoSuchPage: "There is no such page for you.", "ບໍ່ມີໜ້ານີ້ສຳລັບທ່ານ.";
        CheckReference: "Check the reference. If you think you should see this case, ask the office that has it.", "ກວດເລກອ້າງອີງຄືນ. ຖ້າທ່ານຄິດວ່າຄວນເຫັນຄະດີນີ້, ໃຫ້ຖາມຫ້ອງການທີ່ຖືຄະດີ.";
        StoreAway: "The log did not answer.", "ບັນທຶກບໍ່ຕອບ.";
        TryAgain: "Try again in a moment.", "ລອງໃໝ່ໃນອີກຈັກໜ້ອຍ.";
        Clerk: "Registry clerk", "ພະນັກງານທະບຽນສານ";
        Prosecutor: "Prosecutor", "ໄອຍະການ";
        Investigator: "Investigator", "ເຈົ້າໜ້າທີ່ສືບສວນ-ສອບສວນ";
        Lawyer: "Legal aid lawyer", "ທະນາຍຄວາມຊ່ວຍເຫຼືອທາງກົດໝາຍ";
        Supervisor: "Supervisor", "ຜູ້ຄຸ້ມຄອງ";
        Operator: "Operator", "ຜູ້ດູແລລະບົບ";
    }
}

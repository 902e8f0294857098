//! The words of the inbox.

projections::catalogue! {
    /// Words of the inbox.
    Inbox {
        Order: "Liberty first, then what ends first.", "ເສລີພາບກ່ອນ, ຈາກນັ້ນອັນທີ່ສິ້ນສຸດກ່ອນ.";
        OfSupervision: "What offices that yours supervises left untaken.", "ສິ່ງທີ່ຫ້ອງການທີ່ທ່ານກວດກາ ຍັງບໍ່ມີໃຜຮັບ.";
        Nobody: "Nobody has these", "ຍັງບໍ່ມີໃຜຮັບ";
        NobodySays: "New ones, and those that somebody took and whose time is over.", "ອັນໃໝ່, ແລະ ອັນທີ່ມີຄົນຮັບແລ້ວ ແຕ່ໝົດເວລາ.";
        Taken: "Taken", "ມີຄົນຮັບແລ້ວ";
        Findings: "Findings", "ຂໍ້ສັງເກດ";
        FindingsSays: "Nothing to be done until an instant. Whoever has seen them notes them, and they leave the inbox.", "ບໍ່ມີກຳນົດເວລາ. ຜູ້ທີ່ເຫັນແລ້ວໃຫ້ໝາຍໄວ້, ແລ້ວຈະອອກຈາກກ່ອງ.";
        Settled: "Done in the last day", "ປະຕິບັດແລ້ວ ໃນມື້ໜຶ່ງທີ່ຜ່ານມາ";
        DoneLate: "Done late", "ປະຕິບັດຊ້າ";
        DoneInTime: "Done in time", "ທັນກຳນົດ";
        Nothing: "Nothing to act on.", "ບໍ່ມີຫຍັງຕ້ອງເຮັດ.";
        Unused: "Your office does not use the inbox yet: nobody ever took an alert. Until then, only alerts on limits on liberty are passed on to the supervising office.", "ຫ້ອງການຂອງທ່ານຍັງບໍ່ໃຊ້ກ່ອງນີ້: ຍັງບໍ່ເຄີຍມີໃຜຮັບການແຈ້ງເຕືອນ. ຈົນກວ່າຈະໃຊ້, ມີແຕ່ການແຈ້ງເຕືອນກ່ຽວກັບເສລີພາບທີ່ສົ່ງຕໍ່ໃຫ້ຫ້ອງການກວດກາ.";
        OwesUnread: "This office does not use the inbox.", "ຫ້ອງການນີ້ບໍ່ໃຊ້ກ່ອງນີ້.";
        OwedBy: "owed by", "ຜູ້ຮັບຜິດຊອບ:";
        ByLenient: "by the lenient reading", "ຕາມແບບຜ່ອນຜັນ";
        ByProtective: "by the protective reading", "ຕາມແບບປົກປ້ອງເດັກ";
        Certain: "Over, both readings", "ເກີນ ທັງສອງແບບ";
        Arguable: "Arguable", "ອາດເກີນ";
        Runs: "Running", "ດຳເນີນຢູ່";
        EndsToday: "Ends today", "ສິ້ນສຸດມື້ນີ້";
        Lapsed: "Lapsed {ago}", "ໝົດເວລາ {ago}";
        Raised: "Raised {at}.", "ແຈ້ງເມື່ອ {at}.";
        TakenByNobody: "Taken by nobody for {length}.", "ບໍ່ມີໃຜຮັບ ມາ {length}.";
        LapsedSays: "Taken by {who} on {since}, to “{what}”, until {until}. Nothing was recorded.", "{who} ຮັບເມື່ອ {since}, ເພື່ອ “{what}”, ຮອດ {until}. ຍັງບໍ່ມີການບັນທຶກ.";
        Holds: "{who}: “{what}”, until {until}.", "{who}: “{what}”, ຮອດ {until}.";
        Noted: "{who} noted it on {since}.", "{who} ໝາຍໄວ້ເມື່ອ {since}.";
        Both: "{who} both took this, at {times}. Everybody who has it sees this line. One of you may give it back.", "{who} ຮັບທັງຄູ່, ເວລາ {times}. ທຸກຄົນທີ່ຮັບເຫັນຂໍ້ຄວາມນີ້. ຜູ້ໜຶ່ງສົ່ງຄືນໄດ້.";
        Escalated: "Sent to the supervising office on {at}.", "ສົ່ງໃຫ້ຫ້ອງການກວດກາ ເມື່ອ {at}.";
        GoesUp: "Goes to the supervising office on {at}, {ago}.", "ຈະສົ່ງໃຫ້ຫ້ອງການກວດກາ {at}, {ago}.";
        FoundCount: "{n} findings", "{n} ຂໍ້ສັງເກດ";
        FoundOne: "1 finding", "1 ຂໍ້ສັງເກດ";
        MissingCount: "{n} things not on record", "{n} ຢ່າງບໍ່ມີບັນທຶກ";
        MissingOne: "1 thing not on record", "1 ຢ່າງບໍ່ມີບັນທຶກ";
        You: "you", "ທ່ານ";
        Program: "a program of the office", "ໂປຣແກຣມຂອງຫ້ອງການ";
        Somebody: "somebody", "ຜູ້ໃດໜຶ່ງ";
        Take: "Take", "ຮັບເອົາ";
        TakeThis: "Take this", "ຮັບເອົາອັນນີ້";
        HandOver: "Hand over", "ມອບຕໍ່";
        HandThisOver: "Hand this over", "ມອບອັນນີ້ຕໍ່";
        GiveBack: "Give back", "ສົ່ງຄືນ";
        Note: "Note them", "ໝາຍໄວ້";
        RecordDuty: "Record the duty", "ບັນທຶກການປະຕິບັດ";
        LeaveIt: "Leave it", "ປະໄວ້";
        What: "What will be done", "ຈະເຮັດຫຍັງ";
        WhatHint: "In a few words, without names. At most 200 characters.", "ຂຽນສັ້ນໆ, ບໍ່ໃສ່ຊື່. ບໍ່ເກີນ 200 ຕົວອັກສອນ.";
        Until: "Until when", "ຮອດເວລາໃດ";
        UntilHint: "An hour of today, or a day: 14:30, tomorrow 9:00, 3/5/2026 12:00", "ໂມງຂອງມື້ນີ້, ຫຼື ວັນທີ: 14:30, ມື້ອື່ນ 9:00, 3/5/2026 12:00";
        To: "To whom", "ມອບໃຫ້ໃຜ";
        NobodyElse: "Nobody else of your office uses these pages: there is nobody to whom this can be handed over.", "ບໍ່ມີຜູ້ອື່ນໃນຫ້ອງການຂອງທ່ານໃຊ້ໜ້າເວັບນີ້: ບໍ່ມີໃຜທີ່ຈະມອບໃຫ້ໄດ້.";
        Lapses: "If nothing is recorded by then, it lapses and is new again.", "ຖ້າບໍ່ມີການບັນທຶກກ່ອນນັ້ນ, ຈະໝົດເວລາ ແລະ ເປັນອັນໃໝ່ອີກ.";
        Error: "Error", "ຜິດພາດ";
        ErrorsHead: "Nothing was recorded", "ຍັງບໍ່ໄດ້ບັນທຶກ";
        WriteWhat: "Write what will be done, at most 200 characters.", "ຂຽນວ່າຈະເຮັດຫຍັງ, ບໍ່ເກີນ 200 ຕົວອັກສອນ.";
        UntilUnclear: "Write until when: an hour such as 14:30, “tomorrow 9:00”, or a day such as 3/5/2026.", "ຂຽນວ່າຮອດເວລາໃດ: ໂມງ ເຊັ່ນ 14:30, “ມື້ອື່ນ 9:00”, ຫຼື ວັນທີ ເຊັ່ນ 3/5/2026.";
        UntilPassed: "Until when: an instant ahead, at most 31 days from now.", "ຮອດເວລາໃດ: ຕ້ອງເປັນເວລາຂ້າງໜ້າ, ບໍ່ເກີນ 31 ວັນ.";
        ChoosePerson: "Choose a person of your office.", "ເລືອກຄົນໃນຫ້ອງການຂອງທ່ານ.";
        Gone: "This alert is not open any more. The list below is as it is now.", "ການແຈ້ງເຕືອນນີ້ບໍ່ຄ້າງຢູ່ແລ້ວ. ລາຍການລຸ່ມນີ້ແມ່ນປັດຈຸບັນ.";
        ClockInDoubt: "The clock of the machine is in doubt. Try again when the operator has confirmed it.", "ໂມງຂອງເຄື່ອງບໍ່ແນ່ນອນ. ລອງໃໝ່ເມື່ອຜູ້ດູແລລະບົບຢືນຢັນໂມງແລ້ວ.";
        NotYours: "You do not have this alert.", "ທ່ານບໍ່ໄດ້ຮັບການແຈ້ງເຕືອນນີ້ໄວ້.";
        DoneTakes: "You took it.", "ທ່ານຮັບແລ້ວ.";
        DoneHandsOver: "You handed it over.", "ທ່ານມອບຕໍ່ແລ້ວ.";
        DoneGivesBack: "You gave it back: it is new again.", "ທ່ານສົ່ງຄືນແລ້ວ: ເປັນອັນໃໝ່ອີກ.";
        DoneNotes: "You noted them.", "ທ່ານໝາຍໄວ້ແລ້ວ.";
        More: "Only the first {n} are shown; the docket has all cases.", "ສະແດງສະເພາະ {n} ອັນທຳອິດ; ບັນຊີຄະດີມີທັງໝົດ.";
        Damaged: "A case could not be read and is missing here.", "ມີຄະດີທີ່ອ່ານບໍ່ໄດ້ ແລະ ບໍ່ຢູ່ທີ່ນີ້.";
    }
}

//! The words of the page of health.

projections::catalogue! {
    /// Words about the state of the service.
    Health {
        Says: "An operator sees whether the service works, and never a case.", "ຜູ້ດູແລລະບົບ ເຫັນວ່າລະບົບເຮັດວຽກຫຼືບໍ່, ແຕ່ບໍ່ເຫັນຄະດີ.";
        Part: "Part", "ພາກສ່ວນ";
        Known: "What is known", "ສິ່ງທີ່ຮູ້";
        Watch: "Watch", "ການເຝົ້າ";
        Store: "Log", "ບັນທຶກ";
        Tree: "Proof of the log", "ການພິສູດບັນທຶກ";
        Leaves: "Entries in its tree:", "ລາຍການໃນຕົ້ນໄມ້:";
        Cosigning: "Witnesses that cosign:", "ຜູ້ຢັ້ງຢືນທີ່ຮ່ວມເຊັນ:";
        Checkpoint: "Last checkpoint", "ຈຸດກວດຫຼ້າສຸດ";
        Last: "Last reconciliation", "ການກວດທຽບຫຼ້າສຸດ";
        Silent: "Silent offices", "ຫ້ອງການທີ່ງຽບ";
        InOrder: "In order", "ປົກກະຕິ";
        InDoubt: "In doubt", "ບໍ່ແນ່ນອນ";
        Trouble: "In trouble", "ມີບັນຫາ";
        NotYet: "Not known yet", "ຍັງບໍ່ທັນຮູ້";
        Unused: "Not used", "ບໍ່ໄດ້ໃຊ້";
        Standby: "On standby", "ລໍຖ້າ";
        ClockGoes: "The clock goes on evenly.", "ໂມງເດີນປົກກະຕິ.";
        ClockJumped: "The machine's clock jumped. Alerts are held back. Set the time of the machine, then confirm it here.", "ໂມງຂອງເຄື່ອງໂດດ. ການແຈ້ງເຕືອນຖືກຢຸດໄວ້ກ່ອນ. ຕັ້ງເວລາຂອງເຄື່ອງ ແລ້ວຢືນຢັນຢູ່ນີ້.";
        Confirm: "Confirm the time", "ຢືນຢັນເວລາ";
        Confirmed: "The time is confirmed. Alerts go on within seconds.", "ຢືນຢັນເວລາແລ້ວ. ການແຈ້ງເຕືອນ ຈະສືບຕໍ່ໃນບໍ່ເທົ່າໃດວິນາທີ.";
        Answers: "It answers.", "ຕອບຢູ່.";
        OnTime: "It is on time.", "ບໍ່ຊ້າ.";
        Behind: "It is behind by", "ຊ້າ";
        Watched: "Cases watched:", "ຄະດີທີ່ເຝົ້າ:";
        Waiting: "Alerts waiting:", "ການແຈ້ງເຕືອນທີ່ລໍຖ້າ:";
        Oldest: "The oldest since", "ເກົ່າສຸດ ແຕ່";
        Unreadable: "Alerts that cannot be read (“kamnot check” names them):", "ການແຈ້ງເຕືອນທີ່ອ່ານບໍ່ໄດ້ (“kamnot check” ບອກ):";
        WithoutNats: "Alerts are recorded and wait for a “kamnot serve” with NATS.", "ການແຈ້ງເຕືອນຖືກບັນທຶກ ແລະ ລໍຖ້າ “kamnot serve” ທີ່ມີ NATS.";
        OtherPublishes: "Another process publishes the alerts.", "ໂປຣເຊດອື່ນສົ່ງການແຈ້ງເຕືອນ.";
        Never: "Never by this program.", "ໂປຣແກຣມນີ້ຍັງບໍ່ເຄີຍກວດທຽບ.";
        Cases: "Cases:", "ຄະດີ:";
        Differences: "Differences:", "ຂໍ້ແຕກຕ່າງ:";
        NoneSilent: "None with open cases for 7 days or more.", "ບໍ່ມີຫ້ອງການທີ່ມີຄະດີເປີດຢູ່ ງຽບແຕ່ 7 ມື້ຂຶ້ນໄປ.";
        DaysSilent: "days", "ມື້";
        OneOpenCase: "open case", "ຄະດີເປີດຢູ່";
        OpenCases: "open cases", "ຄະດີເປີດຢູ່";
    }
}

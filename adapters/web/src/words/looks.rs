//! The words of looks: one's own, and a supervisor's look with a reason.

projections::catalogue! {
    /// Words about looks.
    Looks {
        Mine: "My looks", "ສິ່ງທີ່ຂ້ອຍເບິ່ງ";
        Says: "What you looked at, the newest first. A second look within a quarter of an hour is not listed again.", "ສິ່ງທີ່ທ່ານເບິ່ງ, ໃໝ່ສຸດກ່ອນ. ການເບິ່ງຊ້ຳພາຍໃນສິບຫ້ານາທີ ບໍ່ບັນທຶກອີກ.";
        When: "When", "ເມື່ອໃດ";
        What: "What", "ສິ່ງທີ່ເບິ່ງ";
        As: "As", "ໃນຖານະ";
        List: "{list}: {count} cases", "{list}: {count} ຄະດີ";
        ListOfOne: "{list}: 1 case", "{list}: 1 ຄະດີ";
        OfRule: "Cases under a rule of the law", "ຄະດີຕາມກົດເກນຂອງກົດໝາຍ";
        Alerts: "Alerts", "ການແຈ້ງເຕືອນ";
        LoggedIn: "Logged in", "ເຂົ້າລະບົບ";
        Refused: "Refused request", "ຄຳຂໍທີ່ຖືກປະຕິເສດ";
        Nothing: "Nothing yet.", "ຍັງບໍ່ມີ.";
        Look: "Look at a case with a reason", "ເບິ່ງຄະດີດ້ວຍເຫດຜົນ";
        LookSays: "The look lasts eight hours. Your role, the reason and the time stand on the case, for everybody who works on it.", "ເບິ່ງໄດ້ແປດຊົ່ວໂມງ. ບົດບາດ, ເຫດຜົນ ແລະ ເວລາ ບັນທຶກໄວ້ໃນຄະດີ, ໃຫ້ທຸກຄົນທີ່ເຮັດວຽກກັບຄະດີເຫັນ.";
        Reference: "Reference of the case", "ເລກອ້າງອີງຂອງຄະດີ";
        Reason: "Reason", "ເຫດຜົນ";
        Escalated: "an alert was escalated", "ການແຈ້ງເຕືອນຖືກສົ່ງຂຶ້ນ";
        Complaint: "a complaint", "ຄຳຮ້ອງທຸກ";
        Inspection: "an inspection", "ການກວດກາ";
        Other: "another reason", "ເຫດຜົນອື່ນ";
        Text: "In words", "ອະທິບາຍ";
        TextHint: "No names of children. At most 500 characters.", "ບໍ່ໃສ່ຊື່ເດັກ. ບໍ່ເກີນ 500 ຕົວອັກສອນ.";
        Open: "Open the case", "ເປີດຄະດີ";
        ErrorsHead: "The case was not opened", "ບໍ່ໄດ້ເປີດຄະດີ";
        Error: "Error", "ຜິດພາດ";
        NoSuchCase: "There is no such case for you. Check the reference.", "ບໍ່ມີຄະດີນີ້ສຳລັບທ່ານ. ກວດເລກອ້າງອີງຄືນ.";
        ChooseReason: "Choose a reason.", "ເລືອກເຫດຜົນ.";
        WriteReason: "Write the reason in words, at most 500 characters.", "ຂຽນເຫດຜົນ, ບໍ່ເກີນ 500 ຕົວອັກສອນ.";
    }
}

//! The words of the document for a judge.

projections::catalogue! {
    /// Words of the document.
    Paper {
        Report: "Report on the time limits of a child’s case", "ລາຍງານກຳນົດເວລາຂອງຄະດີເດັກ";
        MadeUp: "made-up case", "ຄະດີສົມມຸດ";
        Summary: "Summary", "ຂໍ້ສະຫຼຸບ";
        NoEnd: "Not on record: {actions}.", "ບໍ່ມີການບັນທຶກ: {actions}.";
        PictureScrolls: "Picture; scrolls sideways", "ຮູບພາບ; ເລື່ອນຊ້າຍຂວາໄດ້";
        Table: "Table {n}", "ຕາຕະລາງ {n}";
        Step: "Step", "ຂັ້ນຕອນ";
        From: "Counted from", "ນັບແຕ່";
        Length: "Length", "ໄລຍະເວລາ";
        Ends: "Ends", "ສິ້ນສຸດ";
        Over: "Over", "ເກີນແລ້ວ";
        WasOver: "Late by", "ຊ້າກວ່າກຳນົດ";
        NotOver: "not over", "ບໍ່ເກີນ";
        EndedBy: "Ended by: {action}, {when}.", "ສິ້ນສຸດໂດຍ: {action}, {when}.";
        StillRunning: "Limits still running", "ກຳນົດເວລາທີ່ຍັງດຳເນີນຢູ່";
        Recorded: "Recorded actions", "ການກະທຳທີ່ບັນທຶກໄວ້";
        Origin: "Where this document comes from", "ເອກະສານນີ້ມາຈາກໃສ";
        MayChange: "If an action is not recorded yet, the result may change.", "ຖ້າມີການກະທຳທີ່ຍັງບໍ່ໄດ້ບັນທຶກ, ຜົນອາດປ່ຽນ.";
        Law: "Law", "ກົດໝາຍ";
        Basis: "Standing of the text", "ສະຖານະຂອງຕົວບົດ";
        Review: "Review", "ການກວດ";
        NotReviewed: "not reviewed by a lawyer", "ຍັງບໍ່ໄດ້ຜ່ານການກວດຂອງນັກກົດໝາຍ";
        KnownOn: "As known on", "ຕາມທີ່ຮູ້ໃນວັນທີ";
        PrintedBy: "Printed by", "ພິມໂດຍ";
        PrintedAt: "Printed on", "ພິມເມື່ອ";
        CommandLine: "kamnot timeline --html, on the computer of the log", "kamnot timeline --html, ໃນຄອມພິວເຕີຂອງບັນທຶກ";
        BackToCase: "Back to the case", "ກັບໄປຄະດີ";
        HowToPrint: "Print this page with the browser (Ctrl+P).", "ພິມໜ້ານີ້ດ້ວຍໂປຣແກຣມທ່ອງເວັບ (Ctrl+P).";
    }
}

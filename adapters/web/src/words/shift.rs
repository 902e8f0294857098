//! The words of the shift sheet.

projections::catalogue! {
    /// Words of the shift sheet.
    Shift {
        Title: "Shift sheet", "ໃບມອບເວນ";
        Says: "What runs out before {until}, and who has it.", "ສິ່ງທີ່ສິ້ນສຸດກ່ອນ {until}, ແລະ ຜູ້ຮັບ.";
        OverSays: "Limits that are over already stand in the inbox.", "ກຳນົດທີ່ເກີນແລ້ວ ຢູ່ໃນກ່ອງຕ້ອງເຮັດ.";
        Nothing: "Nothing runs out by then.", "ບໍ່ມີຫຍັງສິ້ນສຸດກ່ອນນັ້ນ.";
        More: "{n} more run out; only the first are on the sheet.", "ຍັງມີອີກ {n} ອັນ; ໃນໃບມີແຕ່ອັນທຳອິດ.";
        Case: "Case", "ຄະດີ";
        Limit: "Limit", "ກຳນົດເວລາ";
        Ends: "Ends", "ສິ້ນສຸດ";
        TakenBy: "Taken by, until", "ຜູ້ຮັບ, ຮອດ";
        Nobody: "nobody", "ບໍ່ມີໃຜ";
        Office: "the office", "ຫ້ອງການ";
        Somebody: "somebody", "ຜູ້ໃດໜຶ່ງ";
        Give: "I hand this over", "ຂ້າພະເຈົ້າມອບ";
        GiveSays: "The sheet is kept as it stands here. A colleague then confirms it with a login of their own.", "ໃບນີ້ຖືກເກັບໄວ້ຕາມທີ່ເຫັນ. ເພື່ອນຮ່ວມງານຈະຢືນຢັນດ້ວຍການເຂົ້າສູ່ລະບົບຂອງຕົນ.";
        Receive: "I take this over", "ຂ້າພະເຈົ້າຮັບ";
        Waits: "Waiting to be taken over", "ລໍຖ້າຜູ້ຮັບ";
        Earlier: "Earlier sheets", "ໃບກ່ອນໜ້ານີ້";
        NoneYet: "None yet.", "ຍັງບໍ່ມີ.";
        GivenBy: "Handed over by {who}, {at}.", "{who} ມອບ, {at}.";
        ReceivedBy: "Taken over by {who}, {at}.", "{who} ຮັບ, {at}.";
        NotReceived: "Nobody has taken it over yet.", "ຍັງບໍ່ມີໃຜຮັບ.";
        ByAnother: "Another person of the office takes it over.", "ຕ້ອງມີຄົນອື່ນໃນຫ້ອງການເປັນຜູ້ຮັບ.";
        AsGiven: "As it was handed over", "ຕາມທີ່ມອບ";
        ChangedSince: "Different since then", "ຕ່າງຈາກຕອນນັ້ນ";
        ChangedWhenReceived: "Different when it was taken over", "ຕ່າງກັນຕອນຮັບ";
        Unchanged: "Nothing is different since then.", "ບໍ່ມີຫຍັງຕ່າງຈາກຕອນນັ້ນ.";
        UnchangedWhenReceived: "Nothing was different when it was taken over.", "ຕອນຮັບ ບໍ່ມີຫຍັງຕ່າງ.";
        Added: "new", "ໃໝ່";
        Taken: "taken or given back", "ຜູ້ຮັບປ່ຽນ";
        Gone: "done, or over", "ເຮັດແລ້ວ ຫຼື ໝົດເວລາ";
        DoneGiven: "You handed it over. It waits for a colleague.", "ທ່ານມອບແລ້ວ. ລໍຖ້າເພື່ອນຮ່ວມງານຮັບ.";
        DoneReceived: "You took it over.", "ທ່ານຮັບແລ້ວ.";
        ErrorsHead: "Nothing was recorded", "ຍັງບໍ່ໄດ້ບັນທຶກ";
        Error: "Error", "ຜິດພາດ";
        Moved: "The list has changed. It stands here as it is now; look again, and confirm it.", "ລາຍການປ່ຽນແປງແລ້ວ. ທີ່ນີ້ແມ່ນປັດຈຸບັນ; ກວດຄືນ ແລ້ວຢືນຢັນ.";
        NotYourself: "You handed it over yourself. Another person of the office takes it over.", "ທ່ານເປັນຜູ້ມອບເອງ. ຕ້ອງມີຄົນອື່ນເປັນຜູ້ຮັບ.";
        TakenAlready: "Somebody else took it over before you.", "ມີຄົນອື່ນຮັບກ່ອນທ່ານແລ້ວ.";
        PeopleAlone: "A person confirms a shift sheet, not a program.", "ຜູ້ຢືນຢັນໃບມອບເວນ ຕ້ອງເປັນຄົນ, ບໍ່ແມ່ນໂປຣແກຣມ.";
        Print: "To print it, use the browser's print.", "ພິມດ້ວຍຄຳສັ່ງພິມຂອງບຣາວເຊີ.";
    }
}

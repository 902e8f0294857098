//! The words of the API's refusals.

projections::catalogue! {
    /// What stood against a request.
    Api {
        NotLoggedIn: "Send a token that counts, or log in.", "ສົ່ງໂທເຄັນທີ່ໃຊ້ໄດ້ ຫລື ເຂົ້າສູ່ລະບົບ.";
        NoFormToken: "A request of a session that changes something needs its token in the header X-CSRF-Token.", "ຄຳຂໍຂອງເຊດຊັນທີ່ປ່ຽນແປງຂໍ້ມູນ ຕ້ອງມີໂທເຄັນຂອງມັນໃນຫົວ X-CSRF-Token.";
        NotFound: "There is nothing here for you.", "ບໍ່ມີຫຍັງຢູ່ບ່ອນນີ້ສຳລັບທ່ານ.";
        WrongMethod: "This address does not take this method.", "ທີ່ຢູ່ນີ້ບໍ່ຮັບວິທີນີ້.";
        BadParameter: "A parameter is unknown, given twice, or has a value that it does not take.", "ຕົວປ່ຽນໜຶ່ງບໍ່ຮູ້ຈັກ, ຂຽນສອງຄັ້ງ ຫລື ມີຄ່າທີ່ໃຊ້ບໍ່ໄດ້.";
        BadIfMatch: "If-Match takes one ETag as GET /api/v1/cases/{case} gives it.", "If-Match ຮັບ ETag ອັນດຽວ ຕາມທີ່ GET /api/v1/cases/{case} ໃຫ້.";
        WrongType: "Send application/json or application/jsonl, in UTF-8 and not compressed.", "ສົ່ງເປັນ application/json ຫລື application/jsonl, ເປັນ UTF-8 ແລະ ບໍ່ບີບອັດ.";
        Unreadable: "Found no actions; expected a JSON object, an array of objects, or an object on each line.", "ບໍ່ພົບລາຍການ; ຕ້ອງເປັນວັດຖຸ JSON, ລາຍຊື່ຂອງວັດຖຸ ຫລື ວັດຖຸໜຶ່ງໃນແຕ່ລະແຖວ.";
        UnreadableHandling: "Expected a JSON object with id, case, key and doing (takes, hands_over, gives_back or notes); what and until to take it or hand it over, and to whom.", "ຕ້ອງເປັນວັດຖຸ JSON ທີ່ມີ id, case, key ແລະ doing (takes, hands_over, gives_back ຫລື notes); ຖ້າຮັບ ຫລື ມອບຕໍ່ ຕ້ອງມີ what ແລະ until, ແລະ to.";
        TooDeep: "Objects and lists stand inside each other too deep.", "ວັດຖຸ ແລະ ລາຍຊື່ຊ້ອນກັນເລິກເກີນໄປ.";
        TooLarge: "The request is longer than 1 MiB; send it in several.", "ຄຳຂໍຍາວເກີນ 1 MiB; ໃຫ້ສົ່ງເປັນຫລາຍຄັ້ງ.";
        TooMany: "A request may have at most 1,000 actions; send them in several.", "ຄຳຂໍໜຶ່ງມີໄດ້ບໍ່ເກີນ 1.000 ລາຍການ; ໃຫ້ສົ່ງເປັນຫລາຍຄັ້ງ.";
        SeveralCases: "With If-Match, and in a preview, all actions must be of one case.", "ຖ້າມີ If-Match ຫລື ເບິ່ງລ່ວງໜ້າ, ທຸກລາຍການຕ້ອງເປັນຂອງຄະດີດຽວ.";
        Moved: "The case has changed; nothing was recorded. Read it again.", "ຄະດີມີການປ່ຽນແປງແລ້ວ; ບໍ່ໄດ້ບັນທຶກຫຍັງ. ໃຫ້ອ່ານຄືນ.";
        Budget: "You have asked for more than your budget of a minute; nothing was done. Retry after the time in Retry-After.", "ທ່ານຂໍຫລາຍກວ່າທີ່ກຳນົດຕໍ່ນາທີ; ຍັງບໍ່ໄດ້ເຮັດຫຍັງ. ລອງໃໝ່ຫລັງເວລາໃນ Retry-After.";
        TooSlow: "The request took too long. Send the same again; nothing is recorded twice.", "ຄຳຂໍໃຊ້ເວລາດົນເກີນໄປ. ສົ່ງອັນເກົ່າຄືນ; ບໍ່ມີຫຍັງຖືກບັນທຶກສອງຄັ້ງ.";
        Unavailable: "The log did not answer. Send the same again shortly; nothing is recorded twice.", "ບັນທຶກບໍ່ຕອບ. ສົ່ງອັນເກົ່າຄືນໃນອີກຈັກໜ້ອຍ; ບໍ່ມີຫຍັງຖືກບັນທຶກສອງຄັ້ງ.";
        Counting: "This is being counted for the first time. Ask again after the time in Retry-After.", "ກຳລັງນັບສິ່ງນີ້ເປັນເທື່ອທຳອິດ. ຖາມຄືນຫລັງເວລາໃນ Retry-After.";
        Full: "As many live updates as may be are open. Retry after the time in Retry-After.", "ມີການອັບເດດສົດເປີດຢູ່ເຕັມຈຳນວນແລ້ວ. ລອງໃໝ່ຫລັງເວລາໃນ Retry-After.";
        Failed: "The program failed. Send the same again; nothing is recorded twice.", "ໂປຣແກຣມຜິດພາດ. ສົ່ງອັນເກົ່າຄືນ; ບໍ່ມີຫຍັງຖືກບັນທຶກສອງຄັ້ງ.";
    }
}

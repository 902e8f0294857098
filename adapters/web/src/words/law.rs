//! The words of the pages of the law.

projections::catalogue! {
    /// Words about the law.
    Law {
        Article: "Article", "ມາດຕາ";
        Rules: "Rules", "ກົດເກນ";
        What: "What", "ເລື່ອງ";
        Applied: "As the program applies it", "ວິທີທີ່ໂປຣແກຣມນຳໃຊ້";
        How: "How it is counted", "ນັບແນວໃດ";
        Tested: "How it is tested", "ກວດແນວໃດ";
        EndedBy: "Ended by", "ສິ້ນສຸດໂດຍ";
        Before: "{leads} before", "{leads}ກ່ອນ";
        Gazette: "Art. {article}, Lao text in the gazette of 9 October 2013", "ມາດຕາ {article}, ຕົວບົດພາສາລາວ ໃນຈົດໝາຍເຫດທາງລັດຖະການ ວັນທີ 9 ຕຸລາ 2013";
        InFull: "The article in full", "ມາດຕາເຕັມ";
        Question: "Question", "ຄຳຖາມ";
        QuestionsScroll: "Questions, scrolls sideways", "ຄຳຖາມ, ເລື່ອນຊ້າຍຂວາໄດ້";
        NoQuestions: "None: both readings are the same.", "ບໍ່ມີ: ການຕີຄວາມທັງສອງແບບຄືກັນ.";
        CasesToday: "Cases of your office under this rule today", "ຄະດີຂອງຫ້ອງການທ່ານ ທີ່ກົດເກນນີ້ດຳເນີນຢູ່ມື້ນີ້";
        NoCases: "None.", "ບໍ່ມີ.";
        MoreCases: "More cases may be under this rule; the first {n} that have findings were looked at.", "ອາດມີຄະດີອື່ນອີກ; ກວດແຕ່ {n} ຄະດີທຳອິດທີ່ມີຂໍ້ບົກຜ່ອງ.";
        ListScroll: "Rules, scrolls sideways", "ກົດເກນ, ເລື່ອນຊ້າຍຂວາໄດ້";
        Ends: "Ends", "ສິ້ນສຸດ";
    }
}

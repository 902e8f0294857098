//! The words of the page about feeds.

projections::catalogue! {
    /// Words about feeds.
    Feeds {
        Says: "A feed shows the limits of your office's cases in a calendar, by reference, without any name. It is a memory aid, never the alarm.", "ຟີດ ສະແດງກຳນົດເວລາໃນຄະດີຂອງຫ້ອງການທ່ານ ໃນປະຕິທິນ, ດ້ວຍເລກອ້າງອີງ, ບໍ່ມີຊື່. ເປັນພຽງສິ່ງຊ່ວຍຈື່, ບໍ່ແມ່ນການແຈ້ງເຕືອນ.";
        SecretSays: "Whoever has its address can read it: it is shown once. A feed belongs to the office; it stops when whoever made it leaves the office or is disabled.", "ໃຜມີທີ່ຢູ່ຂອງມັນ ກໍອ່ານໄດ້: ສະແດງເທື່ອດຽວ. ຟີດເປັນຂອງຫ້ອງການ; ມັນຢຸດ ເມື່ອຜູ້ສ້າງອອກຈາກຫ້ອງການ ຫຼື ຖືກປິດ.";
        None: "There are no feeds.", "ບໍ່ມີຟີດ.";
        Maker: "Made by", "ຜູ້ສ້າງ";
        ByCommand: "command line", "ແຖວຄຳສັ່ງ";
        LastRead: "Last read", "ອ່ານຫຼ້າສຸດ";
        MakerLeft: "Stopped: its maker no longer acts for the office", "ຢຸດ: ຜູ້ສ້າງ ບໍ່ເຮັດວຽກໃນນາມຫ້ອງການນີ້ແລ້ວ";
        Make: "Make a feed", "ສ້າງຟີດ";
        OfOffice: "Feeds of your office", "ຟີດຂອງຫ້ອງການທ່ານ";
        LanguageOf: "Language of the calendar", "ພາສາຂອງປະຕິທິນ";
    }
}

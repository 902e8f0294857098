//! The words of the overview and of the figures.

projections::catalogue! {
    /// Words of the overview and the figures.
    Overview {
        OneHeldCertain: "Child held past a limit, under both readings", "ເດັກຖືກກັກເກີນກຳນົດ ຕາມການຕີຄວາມທັງສອງແບບ";
        HeldCertain: "Children held past a limit, under both readings", "ເດັກຖືກກັກເກີນກຳນົດ ຕາມການຕີຄວາມທັງສອງແບບ";
        OneHeldArguable: "Child held, arguably past a limit", "ເດັກຖືກກັກ ແລະ ອາດເກີນກຳນົດ";
        HeldArguable: "Children held, arguably past a limit", "ເດັກຖືກກັກ ແລະ ອາດເກີນກຳນົດ";
        OneBeforeWork: "Case with a limit that ends before the next working day", "ຄະດີທີ່ມີກຳນົດສິ້ນສຸດກ່ອນວັນລັດຖະການຕໍ່ໄປ";
        BeforeWork: "Cases with a limit that ends before the next working day", "ຄະດີທີ່ມີກຳນົດສິ້ນສຸດກ່ອນວັນລັດຖະການຕໍ່ໄປ";
        OneOverFree: "Child not held, past a limit", "ເດັກບໍ່ຖືກກັກ, ເກີນກຳນົດ";
        OverFree: "Children not held, past a limit", "ເດັກບໍ່ຖືກກັກ, ເກີນກຳນົດ";
        OneSilent: "Office silent for more than a week", "ຫ້ອງການທີ່ງຽບກວ່າໜຶ່ງອາທິດ";
        Silent: "Offices silent for more than a week", "ຫ້ອງການທີ່ງຽບກວ່າໜຶ່ງອາທິດ";
        OneLate: "Case recorded more than 2 days late", "ຄະດີທີ່ບັນທຶກຊ້າກວ່າ 2 ວັນ";
        Late: "Cases recorded more than 2 days late", "ຄະດີທີ່ບັນທຶກຊ້າກວ່າ 2 ວັນ";
        RunsOut: "What runs out before the next working day", "ສິ່ງທີ່ໝົດກຳນົດກ່ອນວັນລັດຖະການຕໍ່ໄປ";
        NothingRunsOut: "Nothing runs out before then.", "ບໍ່ມີຫຍັງໝົດກຳນົດກ່ອນນັ້ນ.";
        SeeAll: "See all in the docket", "ເບິ່ງທັງໝົດໃນບັນຊີຄະດີ";
        ToTheDocket: "To the docket", "ໄປບັນຊີຄະດີ";
        NextWorkingDay: "Next working day", "ວັນລັດຖະການຕໍ່ໄປ";
        SupervisorSays: "A supervisor sees figures, and a case only with a stated reason. The look is recorded and stands on the case.", "ຜູ້ຄຸ້ມຄອງເຫັນຕົວເລກ, ສ່ວນຄະດີເຫັນໄດ້ສະເພາະເມື່ອບອກເຫດຜົນ. ການເບິ່ງຖືກບັນທຶກ ແລະ ປາກົດຢູ່ຄະດີ.";
        AskForLook: "Ask for a look at a case", "ຂໍເບິ່ງຄະດີ";
        SeeFigures: "See the figures", "ເບິ່ງຕົວເລກ";
        FiguresSays: "Open cases of this office, as recorded up to now. Each number leads to its cases.", "ຄະດີທີ່ເປີດຢູ່ຂອງຫ້ອງການນີ້, ຕາມທີ່ບັນທຶກຮອດປະຈຸບັນ. ແຕ່ລະຕົວເລກນຳໄປຫາຄະດີຂອງມັນ.";
        FiguresOnly: "Open cases of this office, as recorded up to now.", "ຄະດີທີ່ເປີດຢູ່ຂອງຫ້ອງການນີ້, ຕາມທີ່ບັນທຶກຮອດປະຈຸບັນ.";
        OneOpen: "Open case", "ຄະດີທີ່ເປີດຢູ່";
        Open: "Open cases", "ຄະດີທີ່ເປີດຢູ່";
        OneHeld: "Child held", "ເດັກຖືກກັກ";
        Held: "Children held", "ເດັກຖືກກັກ";
        OneCertain: "Case past a limit, under both readings", "ຄະດີທີ່ເກີນກຳນົດ ຕາມການຕີຄວາມທັງສອງແບບ";
        Certain: "Cases past a limit, under both readings", "ຄະດີທີ່ເກີນກຳນົດ ຕາມການຕີຄວາມທັງສອງແບບ";
        OneArguable: "Case arguably past a limit", "ຄະດີທີ່ອາດເກີນກຳນົດ";
        Arguable: "Cases arguably past a limit", "ຄະດີທີ່ອາດເກີນກຳນົດ";
        ByRule: "Open cases, by limit", "ຄະດີທີ່ເປີດຢູ່, ຕາມກຳນົດເວລາ";
        ByRuleSays: "A case counts once under each limit that is open in it.", "ຄະດີໜຶ່ງນັບເທື່ອດຽວ ໃນແຕ່ລະກຳນົດທີ່ເປີດຢູ່.";
        ColumnRunning: "Running", "ດຳເນີນຢູ່";
        ColumnCertain: "Certain", "ແນ່ນອນ";
        ColumnArguable: "Arguable", "ອາດເກີນ";
        Bars: "Bars: running, arguable, certain", "ແຖບ: ດຳເນີນຢູ່, ອາດເກີນ, ແນ່ນອນ";
        Scrolls: "Table; scrolls sideways", "ຕາຕະລາງ; ເລື່ອນໄປຂ້າງໄດ້";
        NoLimits: "No limit is open in any case.", "ບໍ່ມີກຳນົດເປີດຢູ່ໃນຄະດີໃດ.";
        NoOffice: "There are no figures for this role.", "ບໍ່ມີຕົວເລກສຳລັບບົດບາດນີ້.";
    }
}

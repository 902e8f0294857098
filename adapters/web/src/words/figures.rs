//! The words of the pages of figures, their tables apart.

projections::catalogue! {
    /// Words of the pages of figures.
    Figures {
        Now: "Now", "ດຽວນີ້";
        InPeriod: "In a period: {period}", "ໃນໄລຍະ: {period}";
        PeriodSays: "Exact numbers of all cases that this office has, as recorded up to now.", "ຕົວເລກແທ້ ຂອງທຸກຄະດີທີ່ຫ້ອງການນີ້ມີ, ຕາມທີ່ບັນທຶກຮອດປະຈຸບັນ.";
        Periods: "Periods", "ໄລຍະ";
        DownloadCsv: "Download CSV", "ດາວໂຫລດ CSV";
        DownloadXlsx: "Download XLSX", "ດາວໂຫລດ XLSX";
        Counting: "The figures are being counted: {done} of {of} cases.", "ກຳລັງນັບຕົວເລກ: {done} ໃນ {of} ຄະດີ.";
        CountingPlain: "The figures are being counted.", "ກຳລັງນັບຕົວເລກ.";
        LoadAgain: "Load this page again in a moment.", "ໂຫລດໜ້ານີ້ຄືນໃໝ່ ໃນອີກຈັກໜ້ອຍ.";
        Damaged: "Some cases could not be read and are left out. Tell the operators.", "ບາງຄະດີອ່ານບໍ່ໄດ້ ແລະ ບໍ່ໄດ້ນັບ. ແຈ້ງຜູ້ດູແລລະບົບ.";
        Quarters: "Figures of closed quarters", "ຕົວເລກຂອງໄຕມາດທີ່ສິ້ນສຸດແລ້ວ";
        SeeQuarters: "Figures of closed quarters: the offices below, provinces, the country", "ຕົວເລກຂອງໄຕມາດທີ່ສິ້ນສຸດແລ້ວ: ຫ້ອງການທີ່ຂຶ້ນກັບ, ແຂວງ, ປະເທດ";
        ChooseQuarter: "Quarters", "ໄຕມາດ";
        Provinces: "Provinces", "ແຂວງ";
        Offices: "Offices", "ຫ້ອງການ";
        NoCases: "No cases were counted here in this quarter.", "ບໍ່ມີຄະດີຖືກນັບຢູ່ນີ້ ໃນໄຕມາດນີ້.";
        NoQuarter: "There are no figures of this quarter.", "ບໍ່ມີຕົວເລກຂອງໄຕມາດນີ້.";
        ClockInDoubt: "The clock is in doubt, so no quarter is counted. Try again when the operators have confirmed it.", "ໂມງບໍ່ແນ່ນອນ, ສະນັ້ນຈຶ່ງບໍ່ນັບໄຕມາດ. ລອງໃໝ່ ເມື່ອຜູ້ດູແລລະບົບຢືນຢັນໂມງແລ້ວ.";
        About: "About", "ກ່ຽວກັບ";
        Chart: "Chart; scrolls sideways", "ແຜນພາບ; ເລື່ອນໄປຂ້າງໄດ້";
        ChartTitle: "Time used at each stage against the limit", "ເວລາທີ່ໃຊ້ໃນແຕ່ລະຂັ້ນຕອນ ທຽບກັບກຳນົດ";
        ChartSays: "Median and 90th percentile as a share of the limit. The table below has the same numbers.", "ມັດທະຍະຖານ ແລະ ເປີເຊັນໄທນ໌ທີ 90 ເປັນສ່ວນຮ້ອຍຂອງກຳນົດ. ຕາຕະລາງຂ້າງລຸ່ມມີຕົວເລກດຽວກັນ.";
        ChartRow: "{times} times, limit {limit}: median {median} ({percent} %), 90th percentile {ninetieth} ({share} %)", "{times} ຄັ້ງ, ກຳນົດ {limit}: ມັດທະຍະຖານ {median} ({percent} %), ເປີເຊັນໄທນ໌ທີ 90 {ninetieth} ({share} %)";
        TheLimit: "100 % = the limit", "100 % = ກຳນົດ";
        KeyMedian: "median: half took no longer", "ມັດທະຍະຖານ: ເຄິ່ງໜຶ່ງໃຊ້ເວລາບໍ່ເກີນນີ້";
        KeyNinetieth: "90th percentile: nine in ten took no longer", "ເປີເຊັນໄທນ໌ທີ 90: ເກົ້າໃນສິບໃຊ້ເວລາບໍ່ເກີນນີ້";
        KeyOff: "off the scale, number above it", "ເກີນຂອບເຂດ, ຕົວເລກຢູ່ຂ້າງເທິງ";
        KeyLimit: "the limit by the protective reading, as lawfully extended", "ກຳນົດຕາມແບບປົກປ້ອງເດັກ, ຕາມທີ່ຕໍ່ຢ່າງຖືກຕ້ອງ";
    }
}

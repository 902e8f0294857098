//! The words of live updates.

projections::catalogue! {
    /// Words of live updates.
    Live {
        Changed: "Changed since {time}.", "ມີການປ່ຽນແປງ ຕັ້ງແຕ່ {time}.";
        OneAlert: "1 new alert since {time}.", "ມີການແຈ້ງເຕືອນໃໝ່ 1 ອັນ ຕັ້ງແຕ່ {time}.";
        Alerts: "{n} new alerts since {time}.", "ມີການແຈ້ງເຕືອນໃໝ່ {n} ອັນ ຕັ້ງແຕ່ {time}.";
        Show: "Show", "ສະແດງ";
        Ended: "Live updates have ended.", "ການອັບເດດສົດສິ້ນສຸດແລ້ວ.";
        LoadAgain: "Load the page again", "ໂຫຼດໜ້ານີ້ຄືນ";
        Heading: "When something changes", "ເມື່ອມີການປ່ຽນແປງ";
        HeadingSays: "Pages say by themselves what has changed and how many alerts are new. These choices are kept in this browser, for whoever uses it.", "ໜ້າຕ່າງໆບອກເອງວ່າມີຫຍັງປ່ຽນ ແລະ ມີການແຈ້ງເຕືອນໃໝ່ຈັກອັນ. ການເລືອກນີ້ເກັບໄວ້ໃນບຣາວເຊີນີ້, ສຳລັບທຸກຄົນທີ່ໃຊ້ມັນ.";
        Title: "Mark the title of the page", "ໝາຍໃສ່ຫົວຂໍ້ຂອງໜ້າ";
        Sound: "Play a sound when an alert is raised", "ສົ່ງສຽງ ເມື່ອມີການແຈ້ງເຕືອນ";
        Try: "Play the sound now", "ຟັງສຽງດຽວນີ້";
    }
}

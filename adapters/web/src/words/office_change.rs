//! The words of offices that change.

projections::catalogue! {
    /// Words of offices that change.
    OfficeChange {
        Says: "For a renamed office, merged courts or a split province: the cases of one office go to another one. An operator starts it and sees numbers only; somebody of the office whose cases go confirms it; then it is carried out.", "ສຳລັບຫ້ອງການທີ່ປ່ຽນຊື່, ສານທີ່ລວມກັນ ຫຼື ແຂວງທີ່ແຍກ: ຄະດີຂອງຫ້ອງການໜຶ່ງໄປຫາອີກຫ້ອງການ. ຜູ້ດູແລລະບົບເປັນຜູ້ເລີ່ມ ແລະ ເຫັນແຕ່ຕົວເລກ; ຄົນຂອງຫ້ອງການເປັນຜູ້ຢືນຢັນ; ແລ້ວຈຶ່ງໂອນ.";
        From: "Office whose cases go", "ຫ້ອງການທີ່ຄະດີອອກ";
        To: "Office to which they go", "ຫ້ອງການທີ່ຮັບຄະດີ";
        With: "Only cases that this office has, too", "ສະເພາະຄະດີທີ່ຫ້ອງການນີ້ກໍຖື";
        WithHint: "A part of the cases: people and tokens stay where they are.", "ບາງສ່ວນຂອງຄະດີ: ຜູ້ໃຊ້ ແລະ ໂທເຄັນ ຢູ່ບ່ອນເກົ່າ.";
        WithAll: "All cases; people and tokens follow", "ທຸກຄະດີ; ຜູ້ໃຊ້ ແລະ ໂທເຄັນ ຍ້າຍຕາມ";
        See: "See what would change", "ເບິ່ງສິ່ງທີ່ຈະປ່ຽນ";
        Would: "Cases that would go: {cases}. Alerts withdrawn from the old office: {withdrawn}, raised for the new one: {raised}.", "ຄະດີທີ່ຈະໄປ: {cases}. ຖອນການແຈ້ງເຕືອນຈາກຫ້ອງການເກົ່າ: {withdrawn}, ແຈ້ງຫ້ອງການໃໝ່: {raised}.";
        WouldStay: "Cases that take no transfer: {refused}, that cannot be read: {damaged}. They would stay.", "ຄະດີທີ່ໂອນບໍ່ໄດ້: {refused}, ທີ່ອ່ານບໍ່ໄດ້: {damaged}. ຈະຢູ່ບ່ອນເກົ່າ.";
        Start: "Start: the office has to confirm it", "ເລີ່ມ: ຫ້ອງການຕ້ອງຢືນຢັນ";
        New: "Start a change", "ເລີ່ມການປ່ຽນ";
        Nothing: "No change was started.", "ບໍ່ມີການປ່ຽນ.";
        State: "State", "ສະພາບ";
        Started: "Started", "ເລີ່ມເມື່ອ";
        Waiting: "waits for the office", "ລໍຖ້າຫ້ອງການ";
        UnderWay: "confirmed, under way", "ຢືນຢັນແລ້ວ, ກຳລັງໂອນ";
        Done: "carried out", "ໂອນແລ້ວ";
        TakenBack: "taken back", "ຖອນຄືນ";
        TakeBack: "Take back", "ຖອນຄືນ";
        Confirm: "Confirm: our cases go there", "ຢືນຢັນ: ຄະດີຂອງພວກເຮົາໄປທີ່ນັ້ນ";
        ConfirmSays: "Cases of your office that go to {to}: {cases}. Your office then sees them as they were known at the transfer.", "{cases} ຄະດີຂອງຫ້ອງການທ່ານ ຈະໄປ {to}. ຈາກນັ້ນ ຫ້ອງການທ່ານເຫັນແຕ່ສິ່ງທີ່ຮູ້ໃນເວລາໂອນ.";
        PeopleFollow: "People and tokens of your office follow: you log in again, for the new office.", "ຜູ້ໃຊ້ ແລະ ໂທເຄັນຂອງຫ້ອງການ ຍ້າຍຕາມ: ທ່ານເຂົ້າລະບົບໃໝ່ ສຳລັບຫ້ອງການໃໝ່.";
        Waits: "The cases of your office are to go to another office: somebody of your office has to confirm it.", "ຄະດີຂອງຫ້ອງການທ່ານ ຈະໄປຫາຫ້ອງການອື່ນ: ຕ້ອງໃຫ້ຄົນໃນຫ້ອງການຢືນຢັນ.";
        Already: "A change of this office waits or is under way already.", "ມີການປ່ຽນຂອງຫ້ອງການນີ້ຢູ່ແລ້ວ.";
        Act: "Action", "ການກະທຳ";
        Error: "Error", "ຜິດພາດ";
        NotStarted: "Nothing was started", "ຍັງບໍ່ໄດ້ເລີ່ມ";
    }
}

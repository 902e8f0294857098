//! The words of the second look.

projections::catalogue! {
    /// Words of the second look.
    SecondLook {
        ToConfirm: "To confirm", "ລໍຖ້າຢືນຢັນ";
        Says: "Actions on liberty that one person of your office entered and a second one has to confirm. They count fully until then. Compare each with its paper.", "ການກະທຳກ່ຽວກັບເສລີພາບ ທີ່ຄົນໜຶ່ງໃນຫ້ອງການປ້ອນ ແລະ ຕ້ອງໃຫ້ຄົນທີສອງຢືນຢັນ. ກ່ອນຢືນຢັນ ກໍນັບເຕັມສ່ວນ. ໃຫ້ປຽບທຽບກັບເອກະສານ.";
        NotAsked: "Your office does not ask for a second look. An operator sets it in the offices file.", "ຫ້ອງການຂອງທ່ານບໍ່ໄດ້ກຳນົດໃຫ້ຄົນທີສອງຢືນຢັນ. ຜູ້ດູແລລະບົບຕັ້ງໃນບັນຊີຫ້ອງການ.";
        Nothing: "Nothing to confirm.", "ບໍ່ມີຫຍັງຕ້ອງຢືນຢັນ.";
        EnteredBy: "Entered by {who}, {at}.", "{who} ປ້ອນເມື່ອ {at}.";
        Own: "You entered it: another person of your office has to confirm it.", "ທ່ານເປັນຜູ້ປ້ອນ: ຕ້ອງໃຫ້ຄົນອື່ນໃນຫ້ອງການຢືນຢັນ.";
        Compare: "See what was entered", "ເບິ່ງສິ່ງທີ່ປ້ອນ";
        Confirm: "It is as on the paper: confirm", "ກົງກັບເອກະສານ: ຢືນຢັນ";
        Confirmed: "You confirmed it.", "ທ່ານຢືນຢັນແລ້ວ.";
        NotConfirmed: "Nothing was confirmed", "ຍັງບໍ່ໄດ້ຢືນຢັນ";
        Error: "Error", "ຜິດພາດ";
        More: "Only the first {n} are shown.", "ສະແດງສະເພາະ {n} ອັນທຳອິດ.";
        Damaged: "A case could not be read and is missing here.", "ມີຄະດີທີ່ອ່ານບໍ່ໄດ້ ແລະ ບໍ່ຢູ່ທີ່ນີ້.";
        ConfirmedOn: "Confirmed by a second person, {when}", "ຄົນທີສອງຢືນຢັນແລ້ວ {when}";
    }
}

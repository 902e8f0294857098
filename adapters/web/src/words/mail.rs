//! The words of the pages about mail and webhooks.

projections::catalogue! {
    /// Words about where alerts go.
    Mail {
        Says: "Alerts go to these addresses by mail and to webhooks. They name case references and offices, and nothing of a child. Nothing is lost while an address does not answer: it waits and is tried again.", "ການແຈ້ງເຕືອນສົ່ງເຖິງທີ່ຢູ່ເຫຼົ່ານີ້ ທາງອີເມວ ແລະ webhook. ກ່າວເຖິງແຕ່ເລກອ້າງອີງຄະດີ ແລະ ຫ້ອງການ, ບໍ່ກ່າວເຖິງເດັກ. ຖ້າທີ່ຢູ່ບໍ່ຕອບ ກໍບໍ່ມີຫຍັງເສຍ: ລໍຖ້າ ແລະ ລອງໃໝ່.";
        None: "There are no addresses.", "ບໍ່ມີທີ່ຢູ່.";
        Off: "This log was restored or moved: nothing goes out before “kamnot people confirm”.", "ບັນທຶກນີ້ຖືກກູ້ຄືນ ຫຼື ຍ້າຍ: ຍັງບໍ່ສົ່ງຫຍັງ ກ່ອນ “kamnot people confirm”.";
        To: "Goes to", "ສົ່ງເຖິງ";
        Whose: "Belongs to", "ເປັນຂອງ";
        TheOffice: "the office", "ຫ້ອງການ";
        You: "you", "ທ່ານ";
        Waiting: "Waiting", "ລໍຖ້າ";
        Sent: "Last sent", "ສົ່ງຫຼ້າສຸດ";
        Kinds: "Which alerts", "ການແຈ້ງເຕືອນໃດ";
        Digest: "Digest at", "ສັງລວມເວລາ";
        DigestHint: "Mondays to Fridays without holidays, for example 07:30; empty: none", "ວັນຈັນຫາວັນສຸກ ຍົກເວັ້ນວັນພັກ, ຕົວຢ່າງ 07:30; ປະວ່າງ: ບໍ່ມີ";
        Save: "Save", "ບັນທຶກ";
        Test: "Send a test", "ສົ່ງການທົດລອງ";
        TestMe: "Send me a test", "ສົ່ງການທົດລອງໃຫ້ຂ້ອຍ";
        TestAsked: "A test is on its way; how it went is shown here in a moment.", "ກຳລັງສົ່ງການທົດລອງ; ຜົນຈະສະແດງຢູ່ນີ້ ໃນອີກບຶດໜຶ່ງ.";
        SwitchOff: "Switch off", "ປິດ";
        SwitchOn: "Switch on", "ເປີດ";
        NewKey: "New key", "ກະແຈໃໝ່";
        Remove: "Remove", "ລຶບ";
        IsOff: "Off", "ປິດ";
        InOrder: "In order", "ປົກກະຕິ";
        Add: "Add an address", "ເພີ່ມທີ່ຢູ່";
        ToHint: "A mail address, or the URL of a webhook, which begins with https://", "ທີ່ຢູ່ອີເມວ, ຫຼື URL ຂອງ webhook ທີ່ຂຶ້ນຕົ້ນດ້ວຍ https://";
        Login: "Login name of the person; empty: the office", "ຊື່ເຂົ້າລະບົບຂອງຜູ້ໃຊ້; ປະວ່າງ: ຫ້ອງການ";
        Mine: "What is sent to you", "ສິ່ງທີ່ສົ່ງໃຫ້ທ່ານ";
        MineSays: "An operator sets the addresses; you choose what goes there.", "ຜູ້ດູແລລະບົບກຳນົດທີ່ຢູ່; ທ່ານເລືອກສິ່ງທີ່ສົ່ງໄປ.";
        Failing: "Addresses that fail:", "ທີ່ຢູ່ທີ່ສົ່ງບໍ່ໄດ້:";
        Addresses: "Addresses:", "ທີ່ຢູ່:";
        Oldest: "The oldest since", "ເກົ່າສຸດ ແຕ່";
        Part: "Mail and webhooks", "ອີເມວ ແລະ webhook";
        NotUsed: "No address is set.", "ບໍ່ໄດ້ກຳນົດທີ່ຢູ່.";
    }
}

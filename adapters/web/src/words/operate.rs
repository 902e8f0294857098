//! The words of the operators' pages and of a person's own settings.

projections::catalogue! {
    /// Words about people, tokens, sessions and settings.
    Operate {
        Error: "Error", "ຜິດພາດ";
        NotDone: "Nothing was changed", "ບໍ່ມີສິ່ງໃດປ່ຽນ";
        PeopleSays: "People are disabled, never deleted: the log names them by their ids.", "ຜູ້ໃຊ້ຖືກປິດ ແຕ່ບໍ່ຖືກລຶບ: ບັນທຶກກ່າວເຖິງເຂົາດ້ວຍລະຫັດ.";
        Name: "Name", "ຊື່";
        Login: "Login name", "ຊື່ເຂົ້າລະບົບ";
        Roles: "Roles", "ບົດບາດ";
        Role: "Role", "ບົດບາດ";
        Office: "Office", "ຫ້ອງການ";
        NoOffice: "None (operator)", "ບໍ່ມີ (ຜູ້ດູແລລະບົບ)";
        State: "State", "ສະພາບ";
        Act: "Act", "ການກະທຳ";
        Active: "Active", "ໃຊ້ໄດ້";
        New: "Has not begun yet", "ຍັງບໍ່ທັນເລີ່ມ";
        Disabled: "Disabled", "ປິດແລ້ວ";
        Since: "since", "ແຕ່";
        Factor: "Second factor", "ການຢືນຢັນຂັ້ນທີສອງ";
        NoFactor: "set up at the next login", "ຕັ້ງໃນການເຂົ້າລະບົບເທື່ອຕໍ່ໄປ";
        Phone: "Phone (authenticator app)", "ໂທລະສັບ (ແອັບຢືນຢັນຕົວຕົນ)";
        Paper: "Printed list of codes", "ໃບລາຍການລະຫັດ";
        CodesLeft: "Codes left", "ລະຫັດທີ່ຍັງເຫລືອ";
        LanguageOf: "Language", "ພາສາ";
        AddPerson: "Add a person", "ເພີ່ມຜູ້ໃຊ້";
        From: "From", "ຕັ້ງແຕ່";
        Until: "Until", "ເຖິງ";
        DateHint: "For example 4/3/2026; empty: without a limit", "ຕົວຢ່າງ 4/3/2026; ປະວ່າງ: ບໍ່ມີກຳນົດ";
        Add: "Add", "ເພີ່ມ";
        AddRole: "Add a role", "ເພີ່ມບົດບາດ";
        EndRole: "End", "ຢຸດ";
        Open: "Open", "ເປີດ";
        Reset: "New password and second factor", "ລະຫັດຜ່ານ ແລະ ການຢືນຢັນຂັ້ນທີສອງ ໃໝ່";
        ResetSays: "Ends all sessions of the person.", "ຢຸດທຸກເຊດຊັນຂອງຜູ້ນີ້.";
        Disable: "Disable", "ປິດຜູ້ໃຊ້";
        Enable: "Enable", "ເປີດຄືນ";
        Handed: "Hand this over now: it is shown only once.", "ມອບໃຫ້ດຽວນີ້: ສະແດງໃຫ້ເຫັນເທື່ອດຽວ.";
        FirstPassword: "First password, to be changed at the next login", "ລະຫັດຜ່ານທຳອິດ, ຕ້ອງປ່ຽນໃນການເຂົ້າລະບົບເທື່ອຕໍ່ໄປ";
        ListOfCodes: "List of codes; each lets the person in once", "ໃບລາຍການລະຫັດ; ແຕ່ລະລະຫັດ ໃຊ້ໄດ້ເທື່ອດຽວ";
        Back: "Back", "ກັບຄືນ";
        TokensSays: "With a token a program works for an office. Its secret is shown only once.", "ໂທເຄັນ ໃຫ້ໂປຣແກຣມເຮັດວຽກໃນນາມຫ້ອງການ. ຄວາມລັບສະແດງເທື່ອດຽວ.";
        NoTokens: "There are no tokens.", "ບໍ່ມີໂທເຄັນ.";
        WhatFor: "What it is for", "ໃຊ້ເພື່ອຫຍັງ";
        Made: "Made", "ສ້າງເມື່ອ";
        AddToken: "Add a token", "ເພີ່ມໂທເຄັນ";
        Secret: "Secret", "ຄວາມລັບ";
        FeedAddress: "Address of the calendar: subscribe to it, and give it to nobody else", "ທີ່ຢູ່ຂອງປະຕິທິນ: ໃຫ້ຕິດຕາມມັນ, ແລະ ຢ່າໃຫ້ຜູ້ອື່ນ";
        Revoke: "Revoke", "ຖອນ";
        Revoked: "Revoked", "ຖອນແລ້ວ";
        Over: "Over", "ໝົດອາຍຸ";
        SessionsSays: "Everybody who is logged in. A session ends after 30 minutes without a request, and after 10 hours.", "ທຸກຄົນທີ່ເຂົ້າລະບົບຢູ່. ເຊດຊັນສິ້ນສຸດ ເມື່ອບໍ່ໃຊ້ 30 ນາທີ, ແລະ ຫຼັງ 10 ຊົ່ວໂມງ.";
        Began: "Began", "ເລີ່ມ";
        LastSeen: "Last request", "ຮ້ອງຂໍຫຼ້າສຸດ";
        EndSession: "End", "ຢຸດ";
        ThisOne: "This session", "ເຊດຊັນນີ້";
        Settings: "Settings", "ການຕັ້ງຄ່າ";
        ChangeRole: "Act for another office or in another role", "ເຮັດວຽກໃນນາມຫ້ອງການ ຫຼື ບົດບາດອື່ນ";
        ChangePassword: "Change the password", "ປ່ຽນລະຫັດຜ່ານ";
        ChangePasswordSays: "Ends your other sessions.", "ຢຸດເຊດຊັນອື່ນຂອງທ່ານ.";
        ChangeLanguage: "Language of the pages", "ພາສາຂອງໜ້າ";
        NewCodes: "New recovery codes", "ລະຫັດສຳຮອງໃໝ່";
        NewCodesSays: "The old ones no longer count.", "ລະຫັດເກົ່າ ໃຊ້ບໍ່ໄດ້ອີກ.";
        Saved: "Saved.", "ບັນທຶກແລ້ວ.";
        English: "English", "English";
        Lao: "ພາສາລາວ", "ພາສາລາວ";
    }
}

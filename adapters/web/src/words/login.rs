//! The words of the login, of a person's beginning, and of refused forms.

projections::catalogue! {
    /// Words of the login.
    Login {
        LogIn: "Log in", "ເຂົ້າລະບົບ";
        WhatItIs: "The deadline watch over children's cases", "ການເຝົ້າກຳນົດເວລາ ຂອງຄະດີເດັກ";
        Ended: "Your session has ended.", "ເຊດຊັນຂອງທ່ານໝົດເວລາ.";
        ComesBack: "Log in, and you return to the page where you were.", "ເຂົ້າລະບົບແລ້ວ ທ່ານຈະກັບໄປໜ້າເດີມ.";
        Name: "Login name", "ຊື່ເຂົ້າລະບົບ";
        Password: "Password", "ລະຫັດຜ່ານ";
        Code: "Code from the phone", "ລະຫັດຈາກໂທລະສັບ";
        CodeHint: "6 digits in the authenticator app. No phone at hand: a code of your list or a recovery code. At the very first login, leave it empty.", "6 ຕົວເລກ ໃນແອັບຢືນຢັນຕົວຕົນ. ບໍ່ມີໂທລະສັບ: ໃຊ້ລະຫັດໃນໃບລາຍການ ຫຼື ລະຫັດສຳຮອງ. ເຂົ້າລະບົບເທື່ອທຳອິດ: ປະວ່າງໄວ້.";
        Forgotten: "Password or codes lost? The operator gives you new ones.", "ລືມລະຫັດຜ່ານ ຫຼື ເສຍລະຫັດ? ໃຫ້ຜູ້ດູແລລະບົບ ອອກໃໝ່ໃຫ້ທ່ານ.";
        Shared: "Is this computer shared? Press “Change person” when you leave. Nothing of yours is kept on it.", "ຄອມພິວເຕີນີ້ໃຊ້ຮ່ວມກັນບໍ? ກົດ “ປ່ຽນຜູ້ໃຊ້” ເມື່ອລຸກໜີ. ບໍ່ມີຫຍັງຂອງທ່ານ ຖືກເກັບໄວ້ໃນເຄື່ອງນີ້.";
        Demo: "Demonstration: choose a role", "ການສາທິດ: ເລືອກບົດບາດ";
        DemoSays: "All cases are made up. The clock goes on by itself: a limit ends within a few minutes.", "ຄະດີທັງໝົດສົມມຸດ. ໂມງເດີນໄປເອງ: ມີກຳນົດໜຶ່ງ ຈະສິ້ນສຸດພາຍໃນບໍ່ເທົ່າໃດນາທີ.";
        DemoBegins: "Begin as the registry clerk: the first number leads to the child who is held too long.", "ເລີ່ມດ້ວຍພະນັກງານທະບຽນສານ: ຕົວເລກທຳອິດ ນຳໄປຫາເດັກທີ່ຖືກກັກດົນເກີນໄປ.";
        Room: "Training room", "ຫ້ອງຝຶກອົບຮົມ";
        RoomSays: "This is a demonstration for training: nobody here is real. Ask whoever leads the training for the password.", "ນີ້ແມ່ນການສາທິດເພື່ອຝຶກອົບຮົມ: ບໍ່ມີໃຜເປັນຄົນຈິງ. ຖາມລະຫັດຜ່ານນຳຜູ້ນຳການຝຶກ.";
        RoomPassword: "Password of the room", "ລະຫັດຜ່ານຂອງຫ້ອງ";
        RoomEnter: "Enter", "ເຂົ້າ";
        RoomWrong: "This is not the password of the room.", "ນີ້ບໍ່ແມ່ນລະຫັດຜ່ານຂອງຫ້ອງ.";
        RoomWait: "The password was tried too often from here. Seconds to wait:", "ລະຫັດຜ່ານຖືກລອງຈາກບ່ອນນີ້ຫຼາຍເທື່ອເກີນໄປ. ລໍຖ້າ (ວິນາທີ):";
        Error: "Error", "ຜິດພາດ";
        NotYet: "You are not logged in", "ຍັງເຂົ້າລະບົບບໍ່ໄດ້";
        Wrong: "The name, the password or the code is wrong, or the code was used already. Try again with the next code.", "ຊື່, ລະຫັດຜ່ານ ຫຼື ລະຫັດຈາກໂທລະສັບ ບໍ່ຖືກ ຫຼື ລະຫັດນັ້ນໃຊ້ແລ້ວ. ລອງໃໝ່ດ້ວຍລະຫັດຕໍ່ໄປ.";
        Wait: "This name was tried too often. Seconds to wait:", "ຊື່ນີ້ຖືກລອງຫຼາຍເທື່ອເກີນໄປ. ລໍຖ້າ (ວິນາທີ):";
        Busy: "Very many people are logging in. Try again in a few seconds.", "ມີຄົນເຂົ້າລະບົບຫຼາຍ. ລອງໃໝ່ໃນອີກບໍ່ເທົ່າໃດວິນາທີ.";
        Off: "Nobody can log in yet: the log was restored or moved, and an operator has to confirm its people with “kamnot people confirm”.", "ຍັງບໍ່ມີໃຜເຂົ້າລະບົບໄດ້: ບັນທຶກຖືກກູ້ຄືນ ຫຼື ຍ້າຍ, ຜູ້ດູແລລະບົບ ຕ້ອງຢືນຢັນຜູ້ໃຊ້ ດ້ວຍ “kamnot people confirm”.";
        NoRole: "You have no role at present. Ask the operator.", "ດຽວນີ້ທ່ານບໍ່ມີບົດບາດ. ຖາມຜູ້ດູແລລະບົບ.";
        NotOfAPage: "This form is out of date, or it came from another site. Nothing was recorded.", "ແບບຟອມນີ້ໝົດອາຍຸ ຫຼື ມາຈາກເວັບໄຊອື່ນ. ບໍ່ມີສິ່ງໃດຖືກບັນທຶກ.";
        TooLong: "This form is too long. Nothing was recorded.", "ແບບຟອມນີ້ຍາວເກີນໄປ. ບໍ່ມີສິ່ງໃດຖືກບັນທຶກ.";
        LoadAgain: "Go back, load the page again, and send it once more.", "ກັບຄືນ, ເປີດໜ້ານັ້ນໃໝ່, ແລ້ວສົ່ງອີກເທື່ອໜຶ່ງ.";
        Begin: "Before you begin", "ກ່ອນເລີ່ມຕົ້ນ";
        OwnPassword: "Choose a password of your own", "ຕັ້ງລະຫັດຜ່ານຂອງທ່ານເອງ";
        OldPassword: "Present password", "ລະຫັດຜ່ານປັດຈຸບັນ";
        NewPassword: "New password", "ລະຫັດຜ່ານໃໝ່";
        Again: "The same once more", "ພິມອີກເທື່ອໜຶ່ງ";
        PasswordHint: "8 to 128 characters; a sentence is good. It does not have to be changed regularly.", "8 ຫາ 128 ຕົວອັກສອນ; ໃຊ້ເປັນປະໂຫຍກກໍດີ. ບໍ່ຕ້ອງປ່ຽນເປັນປະຈຳ.";
        TooShort: "The password has fewer than 8 characters.", "ລະຫັດຜ່ານ ສັ້ນກວ່າ 8 ຕົວອັກສອນ.";
        PasswordTooLong: "The password has more than 128 characters.", "ລະຫັດຜ່ານ ຍາວກວ່າ 128 ຕົວອັກສອນ.";
        Guessable: "This password is easily guessed. Take several words that do not belong together.", "ລະຫັດຜ່ານນີ້ເດົາງ່າຍ. ໃຊ້ຫຼາຍຄຳ ທີ່ບໍ່ກ່ຽວຂ້ອງກັນ.";
        Differ: "The two passwords differ.", "ລະຫັດຜ່ານສອງອັນ ບໍ່ຄືກັນ.";
        SameAsBefore: "The new password is the old one.", "ລະຫັດຜ່ານໃໝ່ ຄືກັບອັນເກົ່າ.";
        OldWrong: "The present password is wrong.", "ລະຫັດຜ່ານປັດຈຸບັນ ບໍ່ຖືກ.";
        SetUp: "Set up the second factor", "ຕັ້ງການຢືນຢັນຂັ້ນທີສອງ";
        SetUpSays: "Add an account in an authenticator app on your phone, with this key:", "ເພີ່ມບັນຊີໃນແອັບຢືນຢັນຕົວຕົນ ໃນໂທລະສັບຂອງທ່ານ, ດ້ວຍກະແຈນີ້:";
        SetUpAddress: "Or, on the phone itself, open this address in the app:", "ຫຼື ໃນໂທລະສັບນັ້ນເອງ, ເປີດທີ່ຢູ່ນີ້ໃນແອັບ:";
        SetUpCode: "Code that the app shows", "ລະຫັດທີ່ແອັບສະແດງ";
        CodeWrong: "This is not the code that the app should show. Is the clock of the phone right?", "ນີ້ບໍ່ແມ່ນລະຫັດທີ່ແອັບຄວນສະແດງ. ໂມງຂອງໂທລະສັບຖືກບໍ?";
        NoPhone: "No phone? Ask the operator for a printed list of codes.", "ບໍ່ມີໂທລະສັບ? ຂໍໃບລາຍການລະຫັດ ນຳຜູ້ດູແລລະບົບ.";
        RecoveryCodes: "Your recovery codes", "ລະຫັດສຳຮອງຂອງທ່ານ";
        RecoverySays: "Each lets you in once without the phone. Write them down and keep them apart from this computer: they are shown only now.", "ແຕ່ລະລະຫັດ ໃຊ້ເຂົ້າລະບົບແທນໂທລະສັບໄດ້ເທື່ອດຽວ. ຈົດໄວ້ ແລະ ເກັບແຍກຈາກຄອມພິວເຕີນີ້: ສະແດງໃຫ້ເຫັນເທື່ອນີ້ເທົ່ານັ້ນ.";
        Save: "Save", "ບັນທຶກ";
        GoOn: "Go on", "ໄປຕໍ່";
        Choose: "For whom do you act?", "ທ່ານເຮັດວຽກໃນນາມໃຜ?";
        ChooseSays: "You have several roles. What you do is recorded for the office and the role that you choose.", "ທ່ານມີຫຼາຍບົດບາດ. ສິ່ງທີ່ທ່ານເຮັດ ຈະບັນທຶກໃນນາມຫ້ອງການ ແລະ ບົດບາດທີ່ເລືອກ.";
    }
}

//! The words of the verdicts, in English and Lao. No lawyer has reviewed the Lao.

projections::catalogue! {
    /// Sentences about an evidence file that a lawyer can repeat.
    Words {
        Log: "1. Whose log it is", "1. ເປັນບັນທຶກຂອງໃຜ";
        Complete: "2. Complete, and since when", "2. ຄົບຖ້ວນ ແລະ ຕັ້ງແຕ່ເມື່ອໃດ";
        Recomputed: "3. What follows from the law", "3. ສິ່ງທີ່ກົດໝາຍກຳນົດ";
        Holds: "holds", "ຖືກຕ້ອງ";
        Refused: "does not hold", "ບໍ່ຖືກຕ້ອງ";
        SignedBy: "The newest checkpoint is signed by {origin} with the trusted key {key}.", "ຈຸດກວດຫຼ້າສຸດ ເຊັນໂດຍ {origin} ດ້ວຍກະແຈທີ່ໄວ້ໃຈ {key}.";
        LogsWord: "No witness is asked for: that nobody keeps a second version of the log is the log's word alone.", "ບໍ່ໄດ້ຂໍຜູ້ຢັ້ງຢືນ: ທີ່ວ່າບໍ່ມີບັນທຶກອີກສະບັບ ເປັນພຽງຄຳຂອງບັນທຶກເອງ.";
        QuorumNotMet: "Too few witnesses have cosigned: that nobody keeps a second version of the log is the log's word alone.", "ຜູ້ຢັ້ງຢືນຮ່ວມເຊັນບໍ່ພຽງພໍ: ທີ່ວ່າບໍ່ມີບັນທຶກອີກສະບັບ ເປັນພຽງຄຳຂອງບັນທຶກເອງ.";
        QuorumMet: "Enough witnesses have cosigned it by {time}.", "ຜູ້ຢັ້ງຢືນຮ່ວມເຊັນພຽງພໍແລ້ວ ໃນ {time}.";
        Witness: "Witness {name} cosigned it at {time}.", "ຜູ້ຢັ້ງຢືນ {name} ຮ່ວມເຊັນເມື່ອ {time}.";
        TrustUnsaid: "Nobody said which key is trusted. The file is signed with the key of this fingerprint; compare it with the one that the log's office gave you, and name it with --fingerprint: {key}", "ບໍ່ມີໃຜບອກວ່າໄວ້ໃຈກະແຈໃດ. ໄຟລ໌ນີ້ເຊັນດ້ວຍກະແຈທີ່ມີລາຍນິ້ວມືນີ້; ໃຫ້ທຽບກັບທີ່ຫ້ອງການຂອງບັນທຶກໃຫ້ມາ ແລ້ວບອກດ້ວຍ --fingerprint: {key}";
        UnknownKey: "The file is not signed with a key that is trusted, but with the key of this fingerprint: {key}", "ໄຟລ໌ນີ້ບໍ່ໄດ້ເຊັນດ້ວຍກະແຈທີ່ໄວ້ໃຈ ແຕ່ດ້ວຍກະແຈທີ່ມີລາຍນິ້ວມືນີ້: {key}";
        BadSignature: "The signature under the checkpoint of size {size} is not that of the key that it names: it is forged or damaged.", "ລາຍເຊັນຂອງຈຸດກວດຂະໜາດ {size} ບໍ່ແມ່ນຂອງກະແຈທີ່ມັນບອກ: ຖືກປອມ ຫຼື ເສຍຫາຍ.";
        AnotherLog: "The checkpoint of size {size} is of another log: {origin}.", "ຈຸດກວດຂະໜາດ {size} ເປັນຂອງບັນທຶກອື່ນ: {origin}.";
        UnlistedKey: "A key in the file is not in the log's own list of its keys: {key}", "ມີກະແຈໃນໄຟລ໌ທີ່ບໍ່ຢູ່ໃນລາຍການກະແຈຂອງບັນທຶກ: {key}";
        Everything: "The file holds everything that the log held of case {case} at its checkpoint of size {size}: {events} events, none altered, added or left out.", "ໄຟລ໌ນີ້ມີທຸກຢ່າງທີ່ບັນທຶກມີກ່ຽວກັບຄະດີ {case} ຢູ່ຈຸດກວດຂະໜາດ {size}: {events} ເຫດການ, ບໍ່ມີອັນໃດຖືກແກ້, ເພີ່ມ ຫຼື ຂາດ.";
        Root: "Root: {root}", "ຮາກ: {root}";
        Head: "Head of the case: {head}", "ຫົວຂອງຄະດີ: {head}";
        UpToWitnessed: "Complete up to {time}, as witnesses attest.", "ຄົບຖ້ວນເຖິງ {time}, ຕາມຜູ້ຢັ້ງຢືນ.";
        UpToRegistered: "Complete up to the end of {day} at least, as the register shows.", "ຄົບຖ້ວນຢ່າງໜ້ອຍເຖິງທ້າຍວັນທີ {day}, ຕາມປຶ້ມທະບຽນ.";
        UpToUnsaid: "Up to when it is complete is the log's word alone: no witness and no line of the register was given.", "ຄົບຖ້ວນເຖິງເມື່ອໃດ ເປັນພຽງຄຳຂອງບັນທຶກເອງ: ບໍ່ມີຜູ້ຢັ້ງຢືນ ຫຼື ແຖວຂອງປຶ້ມທະບຽນ.";
        Event: "Event {n}: recorded {recorded}, {proved}", "ເຫດການ {n}: ບັນທຶກ {recorded}, {proved}";
        SinceWitnessed: "proved since {time}", "ພິສູດແລ້ວແຕ່ {time}";
        SinceRegistered: "proved since the register of {day}", "ພິສູດແລ້ວແຕ່ປຶ້ມທະບຽນວັນທີ {day}";
        SinceSize: "proved since the checkpoint of size {size}", "ພິສູດແລ້ວແຕ່ຈຸດກວດຂະໜາດ {size}";
        NotBefore: "not yet there at {time}", "ຍັງບໍ່ມີໃນ {time}";
        NotYet: "not yet proved: it is in no checkpoint of the file", "ຍັງບໍ່ໄດ້ພິສູດ: ບໍ່ຢູ່ໃນຈຸດກວດໃດຂອງໄຟລ໌";
        Late: "recorded long before it was first proved", "ບັນທຶກກ່ອນການພິສູດເທື່ອທຳອິດດົນແລ້ວ";
        CarriedOver: "its time is not attested: it was carried over from a log of an earlier format", "ເວລາບໍ່ໄດ້ຮັບການຢັ້ງຢືນ: ຍ້າຍມາຈາກບັນທຶກຮູບແບບເກົ່າ";
        Restored: "its time is not attested: the log was restored", "ເວລາບໍ່ໄດ້ຮັບການຢັ້ງຢືນ: ບັນທຶກຖືກກູ້ຄືນ";
        ClockWrong: "its time is not attested: the clock was wrong", "ເວລາບໍ່ໄດ້ຮັບການຢັ້ງຢືນ: ໂມງຜິດ";
        PayloadLost: "its content was declared lost", "ເນື້ອໃນຖືກປະກາດວ່າສູນຫາຍ";
        Withheld: "{n} personal fields are not disclosed in this file.", "ມີຂໍ້ມູນສ່ວນຕົວ {n} ລາຍການ ບໍ່ເປີດເຜີຍໃນໄຟລ໌ນີ້.";
        ReceiptFits: "The receipt fits: {of_case} of its events are in this file, {of_others} are of other cases.", "ໃບຮັບກົງກັນ: {of_case} ເຫດການຢູ່ໃນໄຟລ໌ນີ້, {of_others} ເປັນຂອງຄະດີອື່ນ.";
        Rewritten: "The checkpoint of size {new} does not continue that of size {old}: the log was rewritten between them.", "ຈຸດກວດຂະໜາດ {new} ບໍ່ຕໍ່ຈາກຂະໜາດ {old}: ບັນທຶກຖືກຂຽນຄືນໃນລະຫວ່າງນັ້ນ.";
        Heads: "The list of all cases in the file is not the one that the checkpoint signed.", "ລາຍການຄະດີທັງໝົດໃນໄຟລ໌ ບໍ່ແມ່ນອັນທີ່ຈຸດກວດເຊັນ.";
        Declaration: "What the log is said to declare at leaf {n} is not in the log.", "ຄຳປະກາດຢູ່ໃບທີ {n} ບໍ່ຢູ່ໃນບັນທຶກ.";
        EventAltered: "{stream}: what stands in the file up to event {n} is not what the log holds. An event was altered, added or left out.", "{stream}: ສິ່ງທີ່ຢູ່ໃນໄຟລ໌ຈົນຮອດເຫດການ {n} ບໍ່ແມ່ນສິ່ງທີ່ບັນທຶກມີ. ມີເຫດການຖືກແກ້, ເພີ່ມ ຫຼື ຂາດ.";
        HeadDiffers: "{stream}: event {n} is not the last one that the log held. Events were altered, added or left out.", "{stream}: ເຫດການ {n} ບໍ່ແມ່ນອັນສຸດທ້າຍທີ່ບັນທຶກມີ. ມີເຫດການຖືກແກ້, ເພີ່ມ ຫຼື ຂາດ.";
        Place: "{stream}: event {n} does not stand under the first checkpoint that holds it.", "{stream}: ເຫດການ {n} ບໍ່ຢູ່ໃຕ້ຈຸດກວດທຳອິດທີ່ມີມັນ.";
        Rulebooks: "The rulebooks in the file are not those under which the case was decided.", "ປຶ້ມກົດລະບຽບໃນໄຟລ໌ ບໍ່ແມ່ນອັນທີ່ໃຊ້ກັບຄະດີ.";
        RegisterDiffers: "The register of {day} has another root than the file: they are of two different logs.", "ປຶ້ມທະບຽນວັນທີ {day} ມີຮາກບໍ່ຄືໃນໄຟລ໌: ເປັນສອງບັນທຶກຕ່າງກັນ.";
        NotInRegister: "The file has no checkpoint of the size in the register of {day}. It has those of sizes {sizes}.", "ໄຟລ໌ບໍ່ມີຈຸດກວດຂະໜາດທີ່ຢູ່ໃນປຶ້ມທະບຽນວັນທີ {day}. ມີຂະໜາດ {sizes}.";
        ReceiptKey: "The receipt is not signed with the log's key of receipts.", "ໃບຮັບບໍ່ໄດ້ເຊັນດ້ວຍກະແຈໃບຮັບຂອງບັນທຶກ.";
        ReceiptDiffers: "The receipt names event {n}, and the file has another one in its place: it was altered after the receipt.", "ໃບຮັບບອກເຫດການ {n}, ແຕ່ໄຟລ໌ມີອັນອື່ນແທນ: ຖືກແກ້ຫຼັງອອກໃບຮັບ.";
        ReceiptOfOther: "The receipt names no event of this file: it is of another case, or what it names was left out.", "ໃບຮັບບໍ່ໄດ້ບອກເຫດການໃດຂອງໄຟລ໌ນີ້: ເປັນຂອງຄະດີອື່ນ ຫຼື ສິ່ງທີ່ບອກຖືກຕັດອອກ.";
        NotUpTo: "Nobody attests that the file is complete up to {day}: no witness and no line of the register says so.", "ບໍ່ມີໃຜຢັ້ງຢືນວ່າໄຟລ໌ຄົບຖ້ວນເຖິງ {day}: ບໍ່ມີຜູ້ຢັ້ງຢືນ ຫຼື ແຖວຂອງປຶ້ມທະບຽນ.";
        Same: "Computed anew under the rulebook in the file, the limits and breaches as of {at} come out the same.", "ຄິດໄລ່ຄືນຕາມປຶ້ມກົດລະບຽບໃນໄຟລ໌, ກຳນົດເວລາ ແລະ ການລະເມີດ ໃນ {at} ອອກມາຄືກັນ.";
        AnotherEngine: "The program answers differently today: engine {of} had computed it, this is engine {own}. That does not mean that the file is forged; use a program with engine {of}.", "ໂປຣແກຣມຕອບບໍ່ຄືເກົ່າແລ້ວ: ເຄື່ອງຄິດໄລ່ {of} ເປັນຜູ້ຄິດ, ອັນນີ້ແມ່ນ {own}. ບໍ່ໄດ້ໝາຍຄວາມວ່າໄຟລ໌ຖືກປອມ; ໃຫ້ໃຊ້ໂປຣແກຣມທີ່ມີເຄື່ອງຄິດໄລ່ {of}.";
        Differs: "Computed anew, the limits and breaches come out otherwise than the file says.", "ຄິດໄລ່ຄືນແລ້ວ, ກຳນົດເວລາ ແລະ ການລະເມີດ ບໍ່ຄືທີ່ໄຟລ໌ບອກ.";
        EventImpossible: "Event {n} cannot be what this program recorded ({reason}).", "ເຫດການ {n} ບໍ່ອາດແມ່ນສິ່ງທີ່ໂປຣແກຣມນີ້ບັນທຶກ ({reason}).";
        RulebookUnread: "This program cannot read the rulebook in the file ({reason}).", "ໂປຣແກຣມນີ້ອ່ານປຶ້ມກົດລະບຽບໃນໄຟລ໌ບໍ່ໄດ້ ({reason}).";
        NotEvidence: "This is no evidence file of kamnot.", "ນີ້ບໍ່ແມ່ນໄຟລ໌ຫຼັກຖານຂອງ kamnot.";
        Newer: "The file is of version {n} of the format, and this program reads version 1: use a newer program.", "ໄຟລ໌ເປັນຮູບແບບລຸ້ນ {n}, ໂປຣແກຣມນີ້ອ່ານລຸ້ນ 1: ໃຫ້ໃຊ້ໂປຣແກຣມລຸ້ນໃໝ່.";
        TooLarge: "The file is larger than an evidence file can be ({what}); nothing of it was read.", "ໄຟລ໌ໃຫຍ່ເກີນໄຟລ໌ຫຼັກຖານ ({what}); ບໍ່ໄດ້ອ່ານຫຍັງ.";
        CutOff: "The file is cut off: its end is missing. Ask for another copy; this says nothing of what it holds.", "ໄຟລ໌ຂາດທ້າຍ. ໃຫ້ຂໍສຳເນົາອື່ນ; ບໍ່ໄດ້ບອກຫຍັງກ່ຽວກັບເນື້ອໃນ.";
        Damaged: "The file is damaged: it changed after it was written. Ask for another copy; this says nothing of what it holds.", "ໄຟລ໌ເສຍຫາຍ: ມັນປ່ຽນຫຼັງຖືກຂຽນ. ໃຫ້ຂໍສຳເນົາອື່ນ; ບໍ່ໄດ້ບອກຫຍັງກ່ຽວກັບເນື້ອໃນ.";
        Line: "Line {n} is not what an evidence file has there, and yet its end fits: somebody has altered the file on purpose, or another program wrote it.", "ແຖວ {n} ບໍ່ແມ່ນສິ່ງທີ່ໄຟລ໌ຫຼັກຖານຕ້ອງມີ, ແຕ່ທ້າຍໄຟລ໌ກົງ: ມີຄົນຕັ້ງໃຈແກ້ໄຟລ໌ ຫຼື ໂປຣແກຣມອື່ນຂຽນ.";
    }
}

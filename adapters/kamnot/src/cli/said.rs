//! What `kamnot people`, `tokens`, `feeds`, `key`, `checkpoint`, `evidence` and `offices adopt` answer, in English and Lao.

use projections::rights::Role;

projections::catalogue! {
    /// The answers.
    Said {
        NameALogKey: "name the file of the log's keys with --log-key", "ໃຫ້ບອກໄຟລ໌ກະແຈຂອງບັນທຶກ ດ້ວຍ --log-key";
        KeyOfCheckpoints: "Key of checkpoints, and its fingerprint", "ກະແຈຂອງຈຸດກວດ ແລະ ລາຍນິ້ວມື";
        KeyOfReceipts: "Key of receipts, and its fingerprint", "ກະແຈຂອງໃບຮັບ ແລະ ລາຍນິ້ວມື";
        KeyBefore: "Key of checkpoints before, and its fingerprint", "ກະແຈຂອງຈຸດກວດກ່ອນໜ້າ ແລະ ລາຍນິ້ວມື";
        NoSignedCheckpoint: "there is no signed checkpoint from then or before; `kamnot serve --log-key FILE` makes them", "ຍັງບໍ່ມີຈຸດກວດທີ່ເຊັນແລ້ວ ຈົນຮອດເວລານັ້ນ; `kamnot serve --log-key FILE` ເຮັດໃຫ້";
        KeyOfWitness: "Key of the witness, and its fingerprint", "ກະແຈຂອງຜູ້ຢັ້ງຢືນ ແລະ ລາຍນິ້ວມື";
        NothingCosigned: "nothing was cosigned yet", "ຍັງບໍ່ໄດ້ຮ່ວມເຊັນຫຍັງ";
        CosignedLast: "cosigned last: size {size}, at {at}; the next file begins there: kamnot checkpoint --for-witness FILE --from {size}", "ຮ່ວມເຊັນຫຼ້າສຸດ: ຂະໜາດ {size}, ເມື່ອ {at}; ໄຟລ໌ຕໍ່ໄປເລີ່ມຈາກນັ້ນ: kamnot checkpoint --for-witness FILE --from {size}";
        BeginsElsewhere: "this witness cosigned size {size} of the log last: let the log write the file from there, kamnot checkpoint --for-witness FILE --from {size}; if it began there, the log shows two versions of itself", "ຜູ້ຢັ້ງຢືນນີ້ຮ່ວມເຊັນຂະໜາດ {size} ຂອງບັນທຶກຫຼ້າສຸດ: ໃຫ້ບັນທຶກຂຽນໄຟລ໌ຈາກນັ້ນ, kamnot checkpoint --for-witness FILE --from {size}; ຖ້າມັນເລີ່ມຈາກນັ້ນແລ້ວ, ບັນທຶກມີສອງສະບັບ";
        BringBack: "{file}: bring it back into the log with kamnot checkpoint --cosigned FILE --policy FILE", "{file}: ນຳກັບເຂົ້າບັນທຶກດ້ວຍ kamnot checkpoint --cosigned FILE --policy FILE";
        ForWitness: "{file}: for the witness's `kamnot witness sign FOLDER FILE`", "{file}: ສຳລັບ `kamnot witness sign FOLDER FILE` ຂອງຜູ້ຢັ້ງຢືນ";
        NoSuchSize: "the newest signed checkpoint has size {size}: give a --from that is not larger", "ຈຸດກວດທີ່ເຊັນແລ້ວຫຼ້າສຸດມີຂະໜາດ {size}: ໃຫ້ --from ທີ່ບໍ່ໃຫຍ່ກວ່າ";
        NotOfThisLog: "the log has no signed checkpoint with this text", "ບັນທຶກບໍ່ມີຈຸດກວດທີ່ເຊັນແລ້ວ ທີ່ມີຂໍ້ຄວາມນີ້";
        NoCosignature: "no witness of the policy has cosigned it", "ບໍ່ມີຜູ້ຢັ້ງຢືນໃນນະໂຍບາຍຮ່ວມເຊັນ";
        CosignaturesKept: "size {size}: cosignatures kept; {quorum}", "ຂະໜາດ {size}: ເກັບລາຍເຊັນຮ່ວມແລ້ວ; {quorum}";
        EnoughCosigned: "enough witnesses have cosigned it by {at}", "ຜູ້ຢັ້ງຢືນຮ່ວມເຊັນພຽງພໍແລ້ວ ໃນ {at}";
        TooFewCosigned: "too few witnesses have cosigned it", "ຜູ້ຢັ້ງຢືນຮ່ວມເຊັນບໍ່ພຽງພໍ";
        NoQuorum: "the policy requires no witness", "ນະໂຍບາຍບໍ່ຮຽກຮ້ອງຜູ້ຢັ້ງຢືນ";
        EvidenceWritten: "{file}: {size} KiB; verified after it was made", "{file}: {size} KiB; ກວດແລ້ວຫຼັງສ້າງ";
        Login: "Login name", "ຊື່ເຂົ້າລະບົບ";
        Name: "Name", "ຊື່";
        Roles: "Roles", "ບົດບາດ";
        Role: "Role", "ບົດບາດ";
        Office: "Office", "ຫ້ອງການ";
        State: "State", "ສະພາບ";
        SecondFactor: "Second factor", "ການຢືນຢັນຂັ້ນທີສອງ";
        FirstPassword: "First password", "ລະຫັດຜ່ານທຳອິດ";
        SetUpAtLogin: "At the first login the person chooses a password and sets up the second factor on a phone.", "ເຂົ້າລະບົບເທື່ອທຳອິດ ຜູ້ໃຊ້ຕັ້ງລະຫັດຜ່ານເອງ ແລະ ຕັ້ງການຢືນຢັນຂັ້ນທີສອງ ໃນໂທລະສັບ.";
        Codes: "One-time codes; each lets the person in once:", "ລະຫັດໃຊ້ເທື່ອດຽວ; ແຕ່ລະລະຫັດ ໃຊ້ເຂົ້າລະບົບໄດ້ເທື່ອດຽວ:";
        Once: "This is shown only now. Hand it over in person.", "ສະແດງໃຫ້ເຫັນເທື່ອນີ້ເທົ່ານັ້ນ. ມອບໃຫ້ກັບມື.";
        Nobody: "nobody has this login name; `kamnot people list` lists everybody", "ບໍ່ມີໃຜມີຊື່ເຂົ້າລະບົບນີ້; `kamnot people list` ສະແດງທຸກຄົນ";
        Disabled: "disabled; the sessions are ended", "ປິດແລ້ວ; ເຊດຊັນຖືກຢຸດແລ້ວ";
        Enabled: "enabled", "ເປີດຄືນແລ້ວ";
        Confirmed: "The people of this log are confirmed and can log in.", "ຜູ້ໃຊ້ຂອງບັນທຶກນີ້ ຖືກຢືນຢັນແລ້ວ ແລະ ເຂົ້າລະບົບໄດ້.";
        Off: "This log was restored or moved: nobody can log in before `kamnot people confirm`.", "ບັນທຶກນີ້ຖືກກູ້ຄືນ ຫຼື ຍ້າຍ: ຍັງບໍ່ມີໃຜເຂົ້າລະບົບໄດ້ ກ່ອນ `kamnot people confirm`.";
        NotYet: "none yet", "ຍັງບໍ່ມີ";
        Phone: "phone", "ໂທລະສັບ";
        Paper: "printed list", "ໃບລາຍການ";
        CodesLeft: "codes left", "ລະຫັດຍັງເຫລືອ";
        New: "has not begun yet", "ຍັງບໍ່ທັນເລີ່ມ";
        Active: "active", "ໃຊ້ໄດ້";
        DisabledSince: "disabled since", "ປິດແຕ່";
        From: "from", "ແຕ່";
        Until: "until", "ເຖິງ";
        Id: "Id", "ລະຫັດ";
        Secret: "Secret", "ຄວາມລັບ";
        Made: "Made", "ສ້າງເມື່ອ";
        Address: "Address", "ທີ່ຢູ່";
        Language: "Language", "ພາສາ";
        MakerLeft: "stopped: its maker no longer acts for the office", "ຢຸດ: ຜູ້ສ້າງ ບໍ່ເຮັດວຽກໃນນາມຫ້ອງການນີ້ແລ້ວ";
        Revoked: "revoked", "ຖອນແລ້ວ";
        Over: "over", "ໝົດອາຍຸ";
        OfficesSame: "in force already; nothing changes", "ໃຊ້ຢູ່ແລ້ວ; ບໍ່ມີຫຍັງປ່ຽນ";
        OfficeNew: "new", "ໃໝ່";
        OfficeGone: "no longer there", "ບໍ່ມີອີກ";
        OfficeChanged: "changed", "ປ່ຽນ";
        AddYes: "Nothing was changed. To put it in force, add --yes.", "ບໍ່ມີຫຍັງປ່ຽນ. ຖ້າຈະເລີ່ມໃຊ້, ໃສ່ --yes.";
        OfficesAdopted: "in force. Restart every `kamnot serve --web` on this log.", "ເລີ່ມໃຊ້ແລ້ວ. ເປີດ `kamnot serve --web` ທຸກໂປຣເຊດຂອງບັນທຶກນີ້ຄືນໃໝ່.";
        Transfers: "Cases: {cases}. Alerts withdrawn from the old office: {withdrawn}, raised for the new one: {raised}.", "ຄະດີ: {cases}. ຖອນການແຈ້ງເຕືອນຈາກຫ້ອງການເກົ່າ: {withdrawn}, ແຈ້ງຫ້ອງການໃໝ່: {raised}.";
        NotTransferred: "Cases that take no transfer: {refused}, that cannot be read: {damaged}. They stay.", "ຄະດີທີ່ໂອນບໍ່ໄດ້: {refused}, ທີ່ອ່ານບໍ່ໄດ້: {damaged}. ຍັງຢູ່ບ່ອນເກົ່າ.";
        MoreCases: "and {n} more; --list prints all", "ແລະ ອີກ {n}; --list ສະແດງທັງໝົດ";
        TransferYes: "Nothing was changed. To transfer them, add --yes.", "ບໍ່ມີຫຍັງປ່ຽນ. ຖ້າຈະໂອນ, ໃສ່ --yes.";
        TransferInDoubt: "the clock is in doubt, so alerts would stay with the old office; set the clock right, or run `kamnot clock confirm`, and give the command again", "ໂມງບໍ່ແນ່ນອນ, ການແຈ້ງເຕືອນຈະຄ້າງຢູ່ຫ້ອງການເກົ່າ; ຕັ້ງໂມງໃຫ້ຖືກ ຫຼື ໃຊ້ `kamnot clock confirm`, ແລ້ວສັ່ງຄືນ";
        Followed: "What followed: people: {people}, tokens and feeds: {secrets}, addresses of mail: {addresses}.", "ຍ້າຍຕາມ: ຜູ້ໃຊ້ {people} ຄົນ, ໂທເຄັນ ແລະ ຟີດ {secrets}, ທີ່ຢູ່ອີເມວ {addresses}.";
        Clerk: "registry clerk", "ພະນັກງານທະບຽນສານ";
        Prosecutor: "prosecutor", "ໄອຍະການ";
        Investigator: "investigator", "ເຈົ້າໜ້າທີ່ສືບສວນ-ສອບສວນ";
        Lawyer: "legal aid lawyer", "ທະນາຍຄວາມຊ່ວຍເຫຼືອທາງກົດໝາຍ";
        Supervisor: "supervisor", "ຜູ້ຄຸ້ມຄອງ";
        Operator: "operator", "ຜູ້ດູແລລະບົບ";
    }
}

/// The word for a role.
pub(super) const fn role(role: Role) -> Said {
    match role {
        Role::Clerk => Said::Clerk,
        Role::Prosecutor => Said::Prosecutor,
        Role::Investigator => Said::Investigator,
        Role::Lawyer => Said::Lawyer,
        Role::Supervisor => Said::Supervisor,
        Role::Operator => Said::Operator,
    }
}

//! The words for requests that were not taken.

projections::catalogue! {
    /// Words of refused requests.
    Connection {
        TooLarge: "What you sent is too large. Nothing was recorded.", "ຂໍ້ມູນທີ່ທ່ານສົ່ງມາໃຫຍ່ເກີນໄປ. ບໍ່ມີຫຍັງຖືກບັນທຶກ.";
        SendLess: "Send less at once: at most 2 megabytes.", "ສົ່ງເທື່ອລະໜ້ອຍ: ບໍ່ເກີນ 2 ເມກາໄບ.";
        TooLate: "What you sent did not arrive in time. Nothing was recorded.", "ຂໍ້ມູນທີ່ທ່ານສົ່ງມາບໍ່ຮອດທັນເວລາ. ບໍ່ມີຫຍັງຖືກບັນທຶກ.";
        SendAgain: "Check the connection and send it again.", "ກວດການເຊື່ອມຕໍ່ ແລ້ວສົ່ງໃໝ່.";
    }
}

//! What is said about a typed date.

projections::catalogue! {
    /// Words about dates.
    Dates {
        Unclear: "Enter a day such as 3/5/2026 (day, month, year) or 3 May 2026.", "ໃສ່ວັນທີ ເຊັ່ນ 3/5/2026 (ວັນ, ເດືອນ, ປີ) ຫຼື 3 ພຶດສະພາ 2026.";
        NotInCalendar: "The calendar has no such day or time. Check the day, the month and the time.", "ບໍ່ມີວັນທີ ຫຼື ເວລາດັ່ງກ່າວ. ກວດວັນ, ເດືອນ ແລະ ເວລາຄືນ.";
        NoTime: "Enter a time such as 10:40, from 0:00 to 23:59, or leave it empty if the paper gives none.", "ໃສ່ເວລາ ເຊັ່ນ 10:40 (0:00 ຫາ 23:59), ຫຼື ປະວ່າງໄວ້ ຖ້າເອກະສານບໍ່ໄດ້ບອກ.";
        Buddhist: "{buddhist} looks like a Buddhist year. If you mean {year}, write {year}.", "{buddhist} ເບິ່ງຄືວ່າເປັນພຸດທະສັກກະຣາດ. ຖ້າໝາຍເຖິງ {year}, ໃຫ້ຂຽນ {year}.";
        TwoDigits: "Write the year with four digits. Did you mean {year}?", "ຂຽນປີໃຫ້ຄົບສີ່ຕົວເລກ. ໝາຍເຖິງ {year} ບໍ?";
    }
}

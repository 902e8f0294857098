//! The codes of refusals and warnings. They are a contract: a program on the other side decides by them.

use crate::words::words;

words! {
    /// What is wrong with a line, or looks wrong in it.
    Code {
        /// The line is not JSON.
        NotJson = "not_json",
        /// A key is given twice in one object.
        DuplicateKey = "duplicate_key",
        /// An object has more keys than any may have.
        TooManyKeys = "too_many_keys",
        /// The bytes are no UTF-8 text.
        NotUtf8 = "not_utf8",
        /// A NUL character, which no database column can hold.
        NulCharacter = "nul_character",
        /// The line is longer than any may be.
        LineTooLong = "line_too_long",
        /// The line is JSON and no object.
        NotAnObject = "not_an_object",
        /// A row of a table has another number of cells than its heading.
        WrongColumns = "wrong_columns",
        /// A field stands in a column of its own and in `details`.
        ColumnTwice = "column_twice",
        /// A quotation mark opens a cell of a table and isn't closed.
        OpenQuotationMark = "open_quotation_mark",
        /// Text stands behind the quotation mark that closes a cell of a table.
        TextBehindQuotationMark = "text_behind_quotation_mark",
        /// A cell that isn't empty stands under a heading that no field has; `found` is the column.
        UnknownColumn = "unknown_column",
        /// A cell that isn't empty stands under the field of another action; `found` is the column.
        FieldOfAnotherAction = "field_of_another_action",
        /// A date with its day first that is none.
        NotDayFirst = "not_day_first",
        /// A date with its day first whose time of the day is none.
        NotATimeOfDay = "not_a_time_of_day",
        /// The time of an action, in a table, in none of the forms that a table takes.
        NotATableInstant = "not_a_table_instant",
        /// A cell of a workbook holds an error.
        ErrorCell = "error_cell",
        /// A cell of a workbook holds a formula that was never reckoned.
        FormulaWithoutValue = "formula_without_value",
        /// A cell of a workbook holds a time without a date, or a date that isn't one.
        NotADateCell = "not_a_date_cell",
        /// A required field is missing.
        MissingField = "missing_field",
        /// The object has no such field; `found` is its place in the object, from 1.
        UnknownField = "unknown_field",
        /// A field's name is not in small letters.
        KeyInCapitals = "key_in_capitals",
        /// The value has another JSON type.
        WrongType = "wrong_type",
        /// The value has another JSON type; `expected` shows how one is written.
        WrongForm = "wrong_form",
        /// Null where it has no meaning.
        NullGiven = "null_given",
        /// None of the words that the field takes.
        UnknownWord = "unknown_word",
        /// None of the words that the field takes, and close to one.
        MisspeltWord = "misspelt_word",
        /// No whole number of the range.
        NotANumber = "not_a_number",
        /// No case reference.
        NotACaseReference = "not_a_case_reference",
        /// No office code.
        NotAnOfficeCode = "not_an_office_code",
        /// No UUID of 36 characters.
        NotAUuid = "not_a_uuid",
        /// Neither an instant nor a date.
        NotAnInstant = "not_an_instant",
        /// No date of the calendar.
        NotADate = "not_a_date",
        /// The year is one of the Buddhist era.
        BuddhistYear = "buddhist_year",
        /// The year lies outside 1900 to 2399.
        YearOutOfRange = "year_out_of_range",
        /// The lower end lies above the upper one.
        MinAboveMax = "min_above_max",
        /// A list that must not be empty is.
        EmptyList = "empty_list",
        /// Of several fields none is given.
        NoneGiven = "none_given",
        /// The action lies ahead of the recording clock.
        InTheFuture = "in_the_future",
        /// A birth or offence date lies after the action that states it, or after the opening.
        AfterOpening = "after_opening",
        /// The action lies before the child's birth date.
        BeforeBirth = "before_birth",
        /// The person was eighteen or older at every offence (Art. 2(1)).
        NotAChild = "not_a_child",
        /// Another action has this id.
        UsedId = "used_id",
        /// The case is opened already; its reference is taken.
        OpenedAlready = "opened_already",
        /// The case was never opened.
        NeverOpened = "never_opened",
        /// The case has no such offence.
        NoSuchOffence = "no_such_offence",
        /// What is withdrawn is no action of this case.
        NoSuchAction = "no_such_action",
        /// A withdrawal can't be withdrawn.
        WithdrawsWithdrawal = "withdraws_withdrawal",
        /// The opening can't be withdrawn.
        WithdrawsOpening = "withdraws_opening",
        /// The case holds as many actions as one may.
        CaseFull = "case_full",
        /// The case was never opened, or is none of the sender's.
        NoCaseOfYours = "no_case_of_yours",
        /// The sender opens a case in which it is not named.
        NotNamed = "not_named",
        /// Words of another program.
        Other = "other",
        /// Warning: the action is dated before the earliest offence.
        BeforeOffence = "before_offence",
        /// Warning: the child was under ten at the earliest offence.
        UnderTen = "under_ten",
        /// Warning: the case has an action of this kind at the same time.
        SameMoment = "same_moment",
        /// Warning: the offices file doesn't know the office.
        UnknownOffice = "unknown_office",
        /// Warning: the offices file knows the office as another kind.
        OfficeOfAnotherKind = "office_of_another_kind",
        /// Warning: the action is known, and was withdrawn.
        WithdrawnBefore = "withdrawn_before",
        /// Warning: a row of a table goes over several lines.
        SeveralLines = "several_lines",
        /// Warning: the workbook has other sheets than the one that is read.
        FirstSheet = "first_sheet",
    }
}

impl Code {
    /// Whether the line is recorded all the same.
    pub const fn is_warning(self) -> bool {
        self as usize >= Self::BeforeOffence as usize
    }
}

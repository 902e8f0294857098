//! The codes of refusals and warnings. They are a contract: other programs decide by them.

use crate::words::words;

words! {
    /// What is wrong with a line, or what looks wrong in it.
    Code {
        /// The line is not JSON.
        NotJson = "not_json",
        /// An object has the same key twice.
        DuplicateKey = "duplicate_key",
        /// An object has too many keys.
        TooManyKeys = "too_many_keys",
        /// The bytes are not valid UTF-8.
        NotUtf8 = "not_utf8",
        /// A NUL character, which no database column can hold.
        NulCharacter = "nul_character",
        /// The line is too long.
        LineTooLong = "line_too_long",
        /// The line is JSON but not an object.
        NotAnObject = "not_an_object",
        /// A row of a table has more or fewer cells than its heading.
        WrongColumns = "wrong_columns",
        /// A field is given in its own column and in `details`.
        ColumnTwice = "column_twice",
        /// A cell of a table has an opening quotation mark and no closing one.
        OpenQuotationMark = "open_quotation_mark",
        /// A cell of a table has text after its closing quotation mark.
        TextBehindQuotationMark = "text_behind_quotation_mark",
        /// A cell is not empty, and its heading is not the name of a field; `found` is the column.
        UnknownColumn = "unknown_column",
        /// A cell is not empty, and its heading is a field of another action; `found` is the column.
        FieldOfAnotherAction = "field_of_another_action",
        /// A date, read with the day first, does not exist.
        NotDayFirst = "not_day_first",
        /// A date is written with the day first, and its time of day does not exist.
        NotATimeOfDay = "not_a_time_of_day",
        /// The time of an action in a table has none of the forms that a table accepts.
        NotATableInstant = "not_a_table_instant",
        /// A cell of a workbook contains an error.
        ErrorCell = "error_cell",
        /// A cell of a workbook contains a formula without a saved value.
        FormulaWithoutValue = "formula_without_value",
        /// A cell of a workbook contains a time without a date, or a date that does not exist.
        NotADateCell = "not_a_date_cell",
        /// A required field is missing.
        MissingField = "missing_field",
        /// The object has no such field; `found` is its place in the object, from 1.
        UnknownField = "unknown_field",
        /// A field's name is not in lower case.
        KeyInCapitals = "key_in_capitals",
        /// The value has the wrong JSON type.
        WrongType = "wrong_type",
        /// The value has the wrong JSON type; `expected` shows how one is written.
        WrongForm = "wrong_form",
        /// Null where it has no meaning.
        NullGiven = "null_given",
        /// The text is not one of the words that the field accepts.
        UnknownWord = "unknown_word",
        /// The text is not one of the words that the field accepts, but close to one.
        MisspeltWord = "misspelt_word",
        /// The value is not a whole number within the range.
        NotANumber = "not_a_number",
        /// The text is not a case reference.
        NotACaseReference = "not_a_case_reference",
        /// The text is not an office code.
        NotAnOfficeCode = "not_an_office_code",
        /// The text is not a UUID of 36 characters.
        NotAUuid = "not_a_uuid",
        /// The text is neither an instant nor a date.
        NotAnInstant = "not_an_instant",
        /// The text is not a date of the calendar.
        NotADate = "not_a_date",
        /// The year is probably one of the Buddhist era (2400 to 2999).
        BuddhistYear = "buddhist_year",
        /// The year lies outside 1900 to 2399.
        YearOutOfRange = "year_out_of_range",
        /// A range has its lower end above its upper end.
        MinAboveMax = "min_above_max",
        /// A list is empty that must have at least one item.
        EmptyList = "empty_list",
        /// None of several fields is given, and at least one is required.
        NoneGiven = "none_given",
        /// The action is more than five minutes later than the recording clock.
        InTheFuture = "in_the_future",
        /// A birth date is after the opening of the case, or an offence date after the action that states it.
        AfterOpening = "after_opening",
        /// The action is before the child's birth date.
        BeforeBirth = "before_birth",
        /// The person was eighteen or older at every offence (Art. 2(1)).
        NotAChild = "not_a_child",
        /// Another action has this id.
        UsedId = "used_id",
        /// The case was opened before; its reference is taken.
        OpenedAlready = "opened_already",
        /// The case was never opened.
        NeverOpened = "never_opened",
        /// The case has no such offence.
        NoSuchOffence = "no_such_offence",
        /// The withdrawn id is not that of an action of this case.
        NoSuchAction = "no_such_action",
        /// A withdrawal cannot be withdrawn.
        WithdrawsWithdrawal = "withdraws_withdrawal",
        /// The opening cannot be withdrawn.
        WithdrawsOpening = "withdraws_opening",
        /// A voided case is said to repeat itself.
        SameCase = "same_case",
        /// The case already has the most actions that a case may have.
        CaseFull = "case_full",
        /// The case was never opened, or is not one of the sender's cases.
        NoCaseOfYours = "no_case_of_yours",
        /// The sender opens a case in which it is not named.
        NotNamed = "not_named",
        /// The sender's role may not record this action; `found` is the role, `expected` what it may record.
        NotForRole = "not_for_role",
        /// Not an object that says what is done about an item of an inbox.
        UnreadableHandling = "unreadable_handling",
        /// The alert was never raised, is settled or withdrawn, or is not one of the office's.
        AlertNotOpen = "alert_not_open",
        /// Several items of the inbox have this rule.
        SeveralItems = "several_items",
        /// An alert is handed to somebody who is not of the office.
        NotOfOffice = "not_of_office",
        /// The person does not have the alert, so cannot give it back.
        AlertNotTaken = "alert_not_taken",
        /// The alert is about a limit, which is taken and not noted.
        AlertNotNotable = "alert_not_notable",
        /// The action needs no second look: it is not on the child's liberty, was withdrawn, or nobody is known who entered it.
        NoSecondLook = "no_second_look",
        /// Another office recorded the action.
        OfAnotherOffice = "of_another_office",
        /// The person entered the action, and a second one has to confirm it.
        OwnEntry = "own_entry",
        /// A program's token cannot confirm what a person has to look at.
        PersonNeeded = "person_needed",
        /// The clock of the machine is in doubt, and what people do about alerts waits until it is confirmed.
        ClockInDoubt = "clock_in_doubt",
        /// The case is open, so that it can't be sealed.
        StillOpen = "still_open",
        /// The child is held, or in a training centre, so that the case can't be sealed.
        StillHeld = "still_held",
        /// The line is of a sealed case: what was personal in it is lost.
        OfSealedCase = "of_sealed_case",
        /// The text is too long.
        TextTooLong = "text_too_long",
        /// An alert is taken until an instant that has passed or lies too far ahead.
        UntilOutOfRange = "until_out_of_range",
        /// Another program's refusal, in that program's words.
        Other = "other",
        /// Warning: the action is dated before the earliest offence.
        BeforeOffence = "before_offence",
        /// Warning: the child was under ten at the earliest offence.
        UnderTen = "under_ten",
        /// Warning: the case has another action of this kind at the same time.
        SameMoment = "same_moment",
        /// Warning: the offices file does not list the office.
        UnknownOffice = "unknown_office",
        /// Warning: the offices file lists the office as another kind.
        OfficeOfAnotherKind = "office_of_another_kind",
        /// Warning: the office no longer exists; `expected` is the one that took its place.
        FormerOffice = "former_office",
        /// Warning: the action is already recorded and was withdrawn.
        WithdrawnBefore = "withdrawn_before",
        /// Warning: the case is voided, so the action counts nowhere.
        CaseVoided = "case_voided",
        /// Warning: a row of a table spans several lines.
        SeveralLines = "several_lines",
        /// Warning: the workbook has more sheets than the first, which is the one that is read.
        FirstSheet = "first_sheet",
    }
}

impl Code {
    /// Whether this is a warning: the line is recorded all the same.
    pub const fn is_warning(self) -> bool {
        self as usize >= Self::BeforeOffence as usize
    }
}

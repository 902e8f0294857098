//! The words of the action format: persons, authorities, grounds, classes, measures.

use crate::words::words;

words! {
    /// The people around a child.
    Person {
        /// A parent.
        Parent = "parent",
        /// A guardian (Art. 2(13)).
        Guardian = "guardian",
        /// A relative.
        Relative = "relative",
        /// A protector.
        Protector = "protector",
        /// A lawyer.
        Lawyer = "lawyer",
        /// A friend.
        Friend = "friend",
        /// A social worker.
        SocialWorker = "social_worker",
        /// The child.
        Child = "child",
        /// An interpreter.
        Interpreter = "interpreter",
    }
}

words! {
    /// Who may order an arrest or a remand (Arts 63, 64).
    OrderedBy {
        /// The people's prosecutor.
        Prosecutor = "prosecutor",
        /// The juvenile court.
        JuvenileCourt = "juvenile_court",
    }
}

words! {
    /// The conditions of an order under Art. 63.
    Ground {
        /// The elements of an offence are complete.
        Elements = "elements",
        /// The evidence is firm.
        FirmEvidence = "firm_evidence",
        /// The child may flee.
        Flight = "flight",
        /// Evidence may be destroyed.
        Tampering = "tampering",
        /// A new serious offence is feared.
        Reoffending = "reoffending",
        /// Others may be harmed.
        HarmToOthers = "harm_to_others",
        /// The child may be harmed.
        HarmToChild = "harm_to_child",
    }
}

words! {
    /// The classes of offence, from the least grave.
    Class {
        /// A minor offence, ລະຫຸໂທດ (Art. 52).
        Minor = "minor",
        /// A major offence, ໂທສານຸໂທດ (Arts 52, 64).
        Major = "major",
        /// A crime, ຄະຣຸໂທດ (Arts 64, 65, 72).
        Crime = "crime",
    }
}

words! {
    /// The sex of a child, as recorded.
    Sex {
        /// Female.
        Female = "f",
        /// Male.
        Male = "m",
    }
}

words! {
    /// The authority that summons or brings in (Art. 61).
    Authority {
        /// The investigator.
        Investigator = "investigator",
        /// The prosecutor.
        Prosecutor = "prosecutor",
        /// The court.
        Court = "court",
    }
}

words! {
    /// Who is to mediate (Art. 53).
    Mediator {
        /// The village child mediation unit.
        Village = "village",
        /// The district or municipal justice office.
        JusticeOffice = "justice_office",
        /// The investigation organisation.
        Investigator = "investigator",
        /// The people's prosecutor.
        Prosecutor = "prosecutor",
    }
}

words! {
    /// The methods of a resolution without the court (Art. 54).
    MediationMeasure {
        /// A warning.
        Warning = "warning",
        /// An apology.
        Apology = "apology",
        /// Mediation between child and victim.
        Mediation = "mediation",
        /// Compensation by parents or guardian.
        Compensation = "compensation",
        /// Work for the community.
        CommunityWork = "community_work",
    }
}

words! {
    /// How a child is released.
    ReleaseKind {
        /// From a bringing-in.
        FromBringingIn = "from_bringing_in",
        /// From custody.
        FromCustody = "from_custody",
        /// Provisionally (Art. 65).
        Provisional = "provisional",
        /// Finally, without conditions.
        Final = "final",
    }
}

words! {
    /// What a judgment imposes (Art. 72).
    Measure {
        /// A court measure.
        CourtMeasure = "court_measure",
        /// A suspended sentence.
        Suspended = "suspended",
        /// Imprisonment.
        Imprisonment = "imprisonment",
        /// Acquittal.
        Acquittal = "acquittal",
        /// Life imprisonment, which Art. 72 forbids.
        LifeImprisonment = "life_imprisonment",
        /// Death, which Art. 72 forbids.
        Death = "death",
    }
}

words! {
    /// Where imprisonment is served (Art. 74).
    ServedIn {
        /// A training centre.
        TrainingCentre = "training_centre",
        /// A prison.
        Prison = "prison",
    }
}

/** The path of the journal of an unfinished write, relative to the project root. */
export const journalFile = "lockstep/.journal.json";

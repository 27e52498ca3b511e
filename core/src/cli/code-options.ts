/** The options of commands that make code edits. */
export const codeOptions = [
  { flags: "--code <level>", description: "what is edited besides what must change: required, likely, ask or none" },
  { flags: "--only <place...>", description: "of the ranked places only these: file, file:line, glob or key" },
  { flags: "--not <place...>", description: "not these, now and later" },
  { flags: "--reason <words>", description: "why what --not names need not change, where it is a place that must" },
  { flags: "--unchecked", description: "make chosen edits also where their types could not be checked" },
  {
    flags: "--exposure <exposure>",
    description: "who sets and sees the new column: internal (nobody outside), shown (set by the server) or exposed",
  },
  {
    flags: "--like <columns>",
    description: "columns of the model that the new one behaves like: a,b, or none",
  },
] as const;

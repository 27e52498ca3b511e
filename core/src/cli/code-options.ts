/** The options of commands that make code edits. */
export const codeOptions = [
  { flags: "--code <level>", description: "edits to make: required, likely, ask (checklist) or none" },
  { flags: "--only <place...>", description: "make only these optional edits (file:line, glob, key)" },
  { flags: "--not <place...>", description: "decline these edits, now and later" },
  { flags: "--reason <words>", description: "why a required edit in --not is not needed" },
  { flags: "--unchecked", description: "write edits that could not be type-checked" },
  { flags: "--exposure <exposure>", description: "who sets and sees the column: internal, shown or exposed" },
  { flags: "--like <columns>", description: "existing columns with the same behaviour: a,b, or none" },
] as const;

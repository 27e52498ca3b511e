/** The options of commands that make code edits. */
export const codeOptions = [
  { flags: "--code <level>", description: "what to edit: required, likely, ask (checklist) or none" },
  { flags: "--only <place...>", description: "edit only these optional places (file:line, glob, key)" },
  { flags: "--not <place...>", description: "decline these places, now and later" },
  { flags: "--reason <words>", description: "why a required place in --not needs no edit" },
  { flags: "--unchecked", description: "write chosen edits that could not be type-checked" },
  { flags: "--exposure <exposure>", description: "who sets and sees the column: internal, shown or exposed" },
  { flags: "--like <columns>", description: "columns that the new one behaves like: a,b, or none" },
] as const;

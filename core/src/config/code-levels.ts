/** Which ranked places are edited: none of them, the likely ones, those that a person ticks; `none`: nothing at all. */
export const codeLevels = ["required", "likely", "ask", "none"] as const;
export type CodeLevel = (typeof codeLevels)[number];

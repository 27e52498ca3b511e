/** Which ranked places are edited: none of them, the likely ones, those chosen by a person; `none`: nothing at all. */
export const codeLevels = ["required", "likely", "ask", "none"] as const;
export type CodeLevel = (typeof codeLevels)[number];

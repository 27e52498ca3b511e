import type { BrokenRoutine } from "../dialect/whole-rows.js";
import { wholeRowAdvice, wholeRowWords } from "../sql/whole-row-words.js";
import { counted } from "./counted.js";

const shown = 5;

/** The output of the ORM's command about routines that fail because of its migration; empty if there are none. */
export function wholeRowsText(found: readonly BrokenRoutine[]): string {
  if (found.length === 0) return "";
  return [
    "Lockstep: your migrations create routines that take the whole row of a table that gets a column",
    ...found.slice(0, shown).map((each) => `  ${wholeRowWords(each)}`),
    ...(found.length > shown ? [`  and ${counted(found.length - shown, "more statement")}`] : []),
    `  ${wholeRowAdvice} \`npx lockstep deploy\` searches each target for such routines.`,
  ].join("\n");
}

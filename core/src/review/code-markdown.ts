import type { PlannedEdit } from "../model/index.js";
import { codeSpan, joinMarkdown, md } from "./markdown-text.js";
import { type OpenPlaces, placesMarkdown } from "./places.js";

/** The state of columns in the code, as a checklist. */
export interface CodeChecklist {
  readonly columns: readonly string[];
  readonly edits: readonly PlannedEdit[];
  /** The edits were not written: none is ticked. */
  readonly isDry: boolean;
  readonly open: OpenPlaces;
  /** What was not searched, or could not be: a sentence or a list each. */
  readonly notes: readonly string[];
  /** As typed: it lists the places in full. */
  readonly command: string;
}

/** For a pull request's description: completed edits are ticked. */
export function codeMarkdown({ columns, edits, isDry, open, notes, command }: CodeChecklist): string {
  const made = edits.map(({ file, line, what, text }) => {
    const written = text === "" ? "" : md` — ${codeSpan(text)}`;
    return md`- [${isDry ? " " : "x"}] ${codeSpan(`${file}:${line}`)} ${what}${written}`;
  });
  const places = placesMarkdown(open, command);
  const isNothing = made.length + places.length === 0;
  return joinMarkdown(
    [
      md`### Code for ${joinMarkdown(columns.map(codeSpan), ", ")}`,
      ...(made.length === 0 ? [] : [md`**${isDry ? "To be edited" : "Edited"}:**\n\n${joinMarkdown(made, "\n")}`]),
      ...places,
      ...(isNothing ? ["No place was found that may need it."] : []),
      ...notes.map((note) =>
        joinMarkdown(
          note.split("\n").map((line) => md`> ${line}`),
          "\n",
        ),
      ),
    ],
    "\n\n",
  ).text;
}

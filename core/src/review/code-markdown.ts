import type { PlannedEdit } from "../model/index.js";
import { type OpenPlaces, placesMarkdown } from "./places.js";

/** What became of columns in the code, as a checklist for a pull request's description: what was edited is ticked. */
export function codeMarkdown(
  columns: readonly string[],
  edits: readonly PlannedEdit[],
  open: OpenPlaces,
  command: string,
): string {
  const made = edits.map(({ file, line, what, text }) => {
    const written = text === "" ? "" : ` — \`${text.replace(/\s+/g, " ")}\``;
    return `- [x] \`${file}:${line}\` ${what}${written}`;
  });
  const places = placesMarkdown(open, command);
  const nothing = made.length + places.length === 0 ? ["No place in the code is left that may need it."] : [];
  return [
    `### Code for ${columns.map((column) => `\`${column}\``).join(", ")}`,
    ...(made.length === 0 ? [] : [`**Edited:**\n\n${made.join("\n")}`]),
    ...places,
    ...nothing,
  ].join("\n\n");
}

import type { Colors } from "./colors.js";
import { counted } from "./counted.js";
import { listed } from "./listed.js";
import { codeSpan, joinMarkdown, type Markdown, md } from "./markdown-text.js";
import { perFile } from "./places.js";

/** A line that contains the name of a removed field. */
export interface Named {
  readonly file: string;
  readonly line: number;
  readonly field: string;
}

/**
 * The user's own code that may still use a removed field, one line for each field.
 *
 * @param plan its README lists all of them
 */
export function stillNamedText(named: readonly Named[], plan: string, colors: Colors): string {
  return byField(named)
    .map(
      ([field, lines]) => `${colors.yellow("!")} ${countText(field, lines)}: ${linesText(lines, plan)}. ${removeText}`,
    )
    .join("\n");
}

/** The first lines, and where the others are. */
export function linesText(lines: readonly Omit<Named, "field">[], plan: string): string {
  const at = lines.map(({ file, line }) => `${file}:${line}`);
  return `${listed(at, most)}${at.length > most ? `: see lockstep/${plan}/README.md` : ""}`;
}

/** All of them for the plan's README, by file. */
export function stillNamedMarkdown(named: readonly Named[]): readonly Markdown[] {
  return byField(named).map(([field, lines]) => {
    const files = perFile(lines).map(([first, ...more]) => {
      const numbers = [first, ...more].map(({ line }) => line).join(", ");
      return md`- [ ] ${codeSpan(first.file)} ${more.length === 0 ? "line" : "lines"} ${numbers}`;
    });
    return md`**${countText(field, lines)}. ${removeText}**\n\n${joinMarkdown(files, "\n")}`;
  });
}

const most = 5;
const removeText = "Remove each use before you deploy.";

function countText(field: string, { length }: readonly Named[]): string {
  return `${counted(length, "line")} of code still ${length === 1 ? "contains" : "contain"} “${field}”`;
}

function byField(named: readonly Named[]): readonly (readonly [field: string, lines: readonly Named[]])[] {
  const fields = [...new Set(named.map(({ field }) => field))];
  return fields.map((field) => [field, named.filter((each) => each.field === field)]);
}

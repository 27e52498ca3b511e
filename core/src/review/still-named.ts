import type { Colors } from "./colors.js";
import { counted } from "./counted.js";
import { listed } from "./listed.js";

interface Named {
  readonly file: string;
  readonly line: number;
  readonly field: string;
}

/** The user's own code that may still use a removed field, one line for each field. */
export function stillNamedText(named: readonly Named[], colors: Colors): string {
  const fields = [...new Set(named.map(({ field }) => field))];
  return fields
    .map((field) => {
      const lines = named.filter((each) => each.field === field);
      const at = lines.map(({ file, line }) => `${file}:${line}`);
      return `${colors.yellow("!")} ${counted(lines.length, "line")} of code still ${lines.length === 1 ? "contains" : "contain"} “${field}”: ${listed(at, 5)}. Remove each use before you deploy.`;
    })
    .join("\n");
}

import type { Unlisted } from "../plugin/plugin.js";
import type { Colors } from "./colors.js";

/** `src/migrations/1763648123456-AddHandle.ts is not loaded: src/data-source.ts:12 does not list it` */
export function unlistedStatement({ file, at, globs, write }: Unlisted): string {
  return `${file} is not loaded: ${at} ${write.length > 0 ? "does not list it" : `finds ${globs.join(", ") || "nothing"}`}`;
}

/** How to register it with the ORM. */
export function unlistedHelp({ file, at, write }: Unlisted): string {
  if (write.length === 0) return `move ${file} there, or add its folder at ${at}`;
  const [first = "", second] = write;
  return `at ${at} write ${first}${second === undefined ? "" : ` and, in the list of migrations, ${second}`}`;
}

/** The last message of a command that has written migrations which the ORM does not find; empty if it finds all of them. */
export function unlistedText(unlisted: readonly Unlisted[], colors: Colors): string {
  return unlisted
    .map((each) => `${colors.yellow("!")} ${unlistedStatement(each)}. To load it, ${unlistedHelp(each)}`)
    .join("\n");
}

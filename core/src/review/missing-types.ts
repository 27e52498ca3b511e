import type { MissingTypes } from "../model/index.js";
import type { Colors } from "./colors.js";

/**
 * What is said where names alone told what values are.
 *
 * @param command makes and lists edits again
 */
export function missingTypesText(missing: MissingTypes, command: string, colors: Colors): string {
  const [why, first] =
    missing.why === "absent"
      ? [`${missing.packageName} is not installed here`, "install it, then "]
      : ["reading all types took too long", ""];
  return colors.yellow(
    `Code was read without all types (${why}): rows that go through factories, base classes or generic helpers may not be listed. For those: ${first}${command}`,
  );
}

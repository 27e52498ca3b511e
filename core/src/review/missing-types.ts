import type { MissingTypes } from "../model/index.js";
import type { Colors } from "./colors.js";

/**
 * The message if the compiler did not determine the types of values.
 *
 * @param command repeats and lists the edits
 * @param hadTime whether types had as much time as that command has
 */
export function missingTypesText(missing: MissingTypes, command: string, colors: Colors, hadTime = false): string {
  const next =
    missing.why === "limit" && hadTime
      ? "Exclude code that does not use the database with code.exclude in lockstep.config.ts."
      : `To list them: ${[...first(missing), command].join(", then ")}`;
  return colors.yellow(`Code was ${readWithoutTypes(missing)}. ${next}`);
}

/** The message if the compiler did not check which code may write NULL. */
export function nullUncheckedText(command: string): string {
  return `The compiler did not check which code may write NULL to the column. To check it: ${command}`;
}

/** The same as a reason for a review: `read without all types (…): rows that … are not listed` */
export function readWithoutTypes(missing: MissingTypes): string {
  return `read without all types (${why(missing)}): rows that only a declared type identifies are not listed`;
}

function why(missing: MissingTypes): string {
  switch (missing.why) {
    case "absent":
      return `${missing.packageName} is not installed here`;
    case "not-generated":
      return `no generated client has ${missing.model}`;
    case "limit":
      return "reading them needed too much time or memory";
    default:
      return missing satisfies never;
  }
}

function first(missing: MissingTypes): readonly string[] {
  if (missing.why === "absent") return ["install it"];
  return missing.why === "not-generated" ? [missing.command] : [];
}

import type { Unchecked } from "../model/index.js";
import type { Colors } from "./colors.js";
import { counted } from "./counted.js";

/** Shown while chosen edits are compiled. */
export function checkingText({ files, seconds }: { readonly files: number; readonly seconds: number }): string {
  return `Checking the types of the chosen edits in ${counted(files, "file")}: ${seconds} s (Ctrl-C: nothing is written)`;
}

/**
 * The message if chosen edits were not compiled: those that were still made, or those that were left out.
 *
 * @param how to make them anyway
 */
export function uncheckedText({ why, leftOut }: Unchecked, how: string, colors: Colors): string {
  return colors.yellow(
    leftOut === 0
      ? `Not all types of the edits were checked (${why}): compile before you commit.`
      : `${counted(leftOut, "chosen place")} left out: the types could not be checked (${why}). ${how}`,
  );
}

/** How a person makes edits that a command had the time to check, but could not. */
export function withoutCheckText(command: string): string {
  return `To edit all the same: ${command} --unchecked`;
}

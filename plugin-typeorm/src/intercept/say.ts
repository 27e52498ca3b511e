import { printable } from "@lockstep/core/text";

/** Prints beside what the CLI prints: names of tables and files may have anything in them. */
export function say(text: string): void {
  console.log(printable(text));
}

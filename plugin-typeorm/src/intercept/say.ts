import { commandsHere, printable } from "@lockstep/core/text";

/** Prints beside the CLI's own output. */
export function say(text: string): void {
  console.log(asSaid(text));
}

/** With commands in the project's form; names of tables and files may contain anything. TypeORM's CLI runs in the project's root. */
export function asSaid(text: string): string {
  return printable(commandsHere(text, { cwd: process.cwd(), packageName: "@lockstep/typeorm", env: process.env }));
}

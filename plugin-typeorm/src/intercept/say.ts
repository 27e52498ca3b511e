import { commandsHere, printable } from "@lockstep/core/text";

/** Prints beside what the CLI prints. */
export function say(text: string): void {
  console.log(asSaid(text));
}

/** With commands as the project has them; names of tables and files may have anything in them. TypeORM's CLI runs in the project's root. */
export function asSaid(text: string): string {
  return printable(commandsHere(text, { cwd: process.cwd(), packageName: "@lockstep/typeorm", env: process.env }));
}

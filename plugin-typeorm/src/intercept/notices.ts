import type { Notice } from "@lockstep/core";
import { type Colors, colorsFor, noticesText } from "@lockstep/core/planning";
import { say } from "./say.js";

/** What was put right in TypeORM's own SQL, and what a person should look at all the same. */
export interface Remarks {
  readonly corrections: readonly string[];
  readonly notices: readonly Notice[];
}

/** Tells it above the CLI's own line. */
export function printNotices({ corrections, notices }: Remarks): void {
  const lines = [
    "Lockstep",
    ...corrections.map((text) => `  ${colors().green("✔")} ${text}`),
    ...(notices.length === 0 ? [] : [noticesText(notices, colors())]),
  ];
  say(lines.join("\n"));
}

/** Colours as the rest of the CLI's output has them: https://no-color.org, the FORCE_COLOR of Node, a terminal. */
export function colors(): Colors {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env;
  if (FORCE_COLOR !== undefined) return colorsFor(FORCE_COLOR !== "0" && FORCE_COLOR !== "false");
  return colorsFor(!NO_COLOR && process.stdout.isTTY === true && TERM !== "dumb");
}

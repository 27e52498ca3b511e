import type { Told } from "@lockstep/core";
import { type Colors, colorsFor, toldText } from "@lockstep/core/planning";
import { say } from "./say.js";

/** Prints the messages about a change, besides its plan. */
export function tell(told: Told): void {
  say(toldText(told, colors()));
}

/** Colours as in the CLI's own output: https://no-color.org, the FORCE_COLOR of Node, a terminal. */
export function colors(): Colors {
  const { columns } = process.stdout;
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env;
  if (FORCE_COLOR !== undefined) return colorsFor(FORCE_COLOR !== "0" && FORCE_COLOR !== "false", columns);
  return colorsFor(!NO_COLOR && process.stdout.isTTY === true && TERM !== "dumb", columns);
}

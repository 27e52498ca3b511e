import type { ServiceState } from "../gates/service-states.js";
import { serviceText } from "../gates/service-words.js";
import type { Colors } from "./colors.js";

/** The line of one service on a target: its announcement, and which of its builds are alive. */
export function serviceLine(target: string, colors: Colors): (state: ServiceState) => string {
  return (state) =>
    `  ${state.lack === undefined ? colors.green("✔") : colors.yellow("!")} ${target}: ${serviceText(state)}`;
}

import type { Contradiction } from "../plan/contradictions.js";
import type { Colors } from "./colors.js";

/** One, on a line of its own. */
export function contradictionText({ plan, what }: Contradiction, colors: Colors): string {
  return `${colors.red("✖")} Plan ${plan} contradicts its migrations. ${what}`;
}

import type { TypeCheckWait } from "../change/release/verified-edits.js";
import { checkingText } from "../review/unchecked.js";
import type { Io } from "./io.js";

/** Reports on stderr that a type check is running, and for how long. */
export function typeCheckWait({ progress }: Pick<Io, "progress">): TypeCheckWait {
  return {
    onWait: (check) => progress.update(checkingText(check)),
    onEnd: () => progress.end(),
  };
}

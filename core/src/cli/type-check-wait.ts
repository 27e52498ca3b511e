import type { TypeCheckWait } from "../change/release/verified-edits.js";
import { checkingText } from "../review/unchecked.js";
import type { Io } from "./io.js";

/** Says on stderr that types are being checked, and for how long. */
export function typeCheckWait({ progress }: Pick<Io, "progress">): TypeCheckWait {
  return {
    onWait: (check) => progress.update(checkingText(check)),
    onEnd: () => progress.end(),
  };
}

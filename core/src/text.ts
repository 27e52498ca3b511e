// All output of Lockstep's processes passes through these, and short-lived processes start with them; they import nothing but Node.
export { beQuiet, doing, endsWithMe, printIds, watchWork } from "./base/at-work.js";
export {
  attempt,
  duringCleanUp,
  handledElsewhere,
  ignoring,
  isNoBug,
  isNotInstalled,
  isSyntaxError,
  isUnreadable,
} from "./base/expected-errors.js";
export { commandsHere, type Reading } from "./base/files/commands-here.js";
export { journalFile } from "./base/files/journal-file.js";
export { packageManager } from "./base/files/package-manager.js";
export { isHost, otherScheme, readUrl, withoutPasswords } from "./base/url-text.js";
export { expectBriefRun, optimiseCompilerLate } from "./base/v8-flags.js";
export { printable, printableJson } from "./review/printable.js";

// What every process of Lockstep shows goes through these, and what one that ends soon begins with; they import nothing but Node.
export { doing, endsWithMe, printIds, watchWork } from "./at-work.js";
export { expectBriefRun } from "./brief-run.js";
export { isHost, otherScheme, readUrl, withoutPasswords } from "./db/url-text.js";
export {
  attempt,
  duringCleanUp,
  handledElsewhere,
  ignoring,
  isNoBug,
  isNotInstalled,
  isSyntaxError,
  isUnreadable,
} from "./expected-errors.js";
export { commandsHere, type Reading } from "./files/commands-here.js";
export { packageManager } from "./files/package-manager.js";
export { printable, printableJson } from "./review/printable.js";

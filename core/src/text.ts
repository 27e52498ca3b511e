// What every process of Lockstep shows goes through these; they import nothing but Node.
export { isHost, otherScheme, readUrl, withoutPasswords } from "./db/url-text.js";
export { commandsHere, type Reading } from "./files/commands-here.js";
export { packageManager } from "./files/package-manager.js";
export { printable, printableJson } from "./review/printable.js";

// What every process of Lockstep shows goes through these; they import nothing.
export { isHost, otherScheme, readUrl, withoutPasswords } from "./db/url-text.js";
export { printable, printableJson } from "./review/printable.js";

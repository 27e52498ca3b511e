/** A time in ISO 8601, in the format of all messages: `2026-11-20 10:23 UTC`. */
export function momentText(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

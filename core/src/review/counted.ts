/** `1 edit`, `3 edits`, `1 300 edits` */
export function counted(count: number, noun: string): string {
  // Without Intl, whose start takes as long as a small check.
  return `${String(count).replace(/\B(?=(?:\d{3})+$)/g, " ")} ${noun}${count === 1 ? "" : "s"}`;
}

import { digits } from "../base/digits.js";

/** `1 edit`, `3 edits`, `1 300 edits` */
export function counted(count: number, noun: string): string {
  return `${digits(count)} ${noun}${count === 1 ? "" : "s"}`;
}

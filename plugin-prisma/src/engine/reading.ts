import type { Reading } from "@lockstep/core/text";

/** Prisma's CLI runs in the project's root. */
export function reading(): Reading {
  return { cwd: process.cwd(), packageName: "@lockstep/prisma", env: process.env };
}

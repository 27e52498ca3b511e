import type { Project } from "@lockstep/core";

/** A project that uses Prisma. */
export interface PrismaProject extends Project {
  /** schema.prisma, or every `.prisma` file of the schema folder; from the root. */
  readonly schemaFiles: readonly string[];
}

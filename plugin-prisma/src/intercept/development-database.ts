import { LockstepError } from "@lockstep/core";
import { connect, DevelopmentDatabase } from "@lockstep/core/planning";
import type { PrismaProject } from "../project.js";

/** The database that the Prisma config names. */
export function developmentDatabase(project: PrismaProject): DevelopmentDatabase {
  return new DevelopmentDatabase(() => {
    if (project.developmentUrl === undefined)
      throw new LockstepError("LS9003", "The Prisma config has no datasource URL.");
    return connect(project.developmentUrl, { applicationName: "lockstep plan", needsSession: false });
  });
}

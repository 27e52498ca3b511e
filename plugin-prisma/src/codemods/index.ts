import type { Transform } from "@lockstep/core/codemods";
import { prismaCode } from "./prisma-code.js";
import { prismaOmit } from "./reads/prisma-omit.js";
import { select } from "./reads/select.js";
import { createData } from "./writes/create-data.js";
import { leaveUnique } from "./writes/leave-unique.js";
import { updateData } from "./writes/update-data.js";

/** The transforms of Prisma's generated client. */
export const prismaTransforms: readonly Transform[] = [
  { ...prismaOmit, orm: prismaCode },
  createData,
  select,
  updateData,
  leaveUnique,
];

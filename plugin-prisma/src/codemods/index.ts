import type { Transform } from "@lockstep/core/codemods";
import { createData } from "./create-data.js";
import { leaveUnique } from "./leave-unique.js";
import { prismaOmit } from "./prisma-omit.js";
import { select } from "./select.js";
import { updateData } from "./update-data.js";

/** The transforms of Prisma's generated client. */
export const prismaTransforms: readonly Transform[] = [prismaOmit, createData, select, updateData, leaveUnique];

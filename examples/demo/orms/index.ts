import type { System } from "../systems/system.js";
import type { Orm, OrmId } from "./orm.js";
import { prisma } from "./prisma.js";
import { typeorm } from "./typeorm.js";

/** The ORMs that the story is told with. */
export const orms: Readonly<Record<OrmId, (system: System) => Orm>> = { prisma: () => prisma, typeorm };

export type { OrmId } from "./orm.js";

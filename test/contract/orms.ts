import type { Orm } from "./orm-app.js";
import { prisma } from "./prisma.js";
import { typeorm } from "./typeorm.js";

/** Every ORM, in its newest version. */
export const orms: readonly Orm[] = [prisma, typeorm("1.1.1")];

/** Older lines, through the tests that take little time. */
export const olderOrms: readonly Orm[] = [typeorm("0.3.31")];

import type { Check } from "@lockstep/core/doctor";
import engine from "./engine.js";
import migrations from "./migrations.js";
import prismaVersion from "./prisma-version.js";
import wrapper from "./wrapper.js";

/** Prisma's own checks, in the order of their names. This file is generated: npm run lists. */
export const prismaChecks: readonly Check[] = [engine, migrations, prismaVersion, wrapper];

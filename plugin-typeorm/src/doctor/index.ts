import type { Check } from "@lockstep/core/doctor";
import migrations from "./migrations.js";
import typeormVersion from "./typeorm-version.js";
import wrapper from "./wrapper.js";

/** TypeORM's own checks, in the order of their names. This file is generated: npm run lists. */
export const typeormChecks: readonly Check[] = [migrations, typeormVersion, wrapper];

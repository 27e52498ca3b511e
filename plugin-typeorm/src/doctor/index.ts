import type { Check } from "@lockstep/core/doctor";
import dataSourceType from "./data-source-type.js";
import migrations from "./migrations.js";
import typeormVersion from "./typeorm-version.js";
import wrapper from "./wrapper.js";

/** TypeORM's own checks, in the order of their names. This file is generated: npm run lists. */
export const typeormChecks: readonly Check[] = [dataSourceType, migrations, typeormVersion, wrapper];

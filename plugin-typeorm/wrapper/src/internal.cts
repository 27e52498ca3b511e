// For @lockstep/typeorm of the same version only.
export { callers } from "./generate-call.cjs";
export { isScaffolding } from "./scaffolding.cjs";
export type { DataSource, Driver, Query, SqlInMemory } from "./typeorm.cjs";

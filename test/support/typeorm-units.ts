/** The migrations of a plan as TypeORM gets them: the sample units, and statements of the user's own. */
import type { Unit, UnitSpec } from "../../core/src/model/plan.js";
import { downStatements } from "../../core/src/postgresql/units/index.js";
import { migrationName } from "../../plugin-typeorm/src/migrations/names.js";
import { renderMigration } from "../../plugin-typeorm/src/migrations/render.js";
import type { Flavour } from "../../plugin-typeorm/src/project.js";
import { fileOf, handle, handleIndex, unitOf, user } from "./units.js";

export const typeormPlan = "1763648123456-AddHandle";

/** Statements with parameters, as the ORM writes them for a generated column. */
export const original: UnitSpec = {
  kind: "original",
  sql: `CREATE TABLE "note" ("text" text DEFAULT E'a\\\\b\`\${c}'); INSERT INTO "note" VALUES ('it''s');\n`,
  queries: [
    { sql: `CREATE TABLE "note" ("text" text DEFAULT E'a\\\\b\`\${c}')` },
    { sql: `INSERT INTO "note" VALUES ($1), (DEFAULT)`, parameters: ["it's"] },
  ],
  down: [{ sql: `DELETE FROM "note" WHERE "text" = $1`, parameters: ["it's"] }, { sql: `DROP TABLE "note"` }],
};

const on = { table: user, columns: [handle] };
const index = { table: user, index: handleIndex };

/** The units of the sample plan in the order in which they are deployed. */
export const ownSpecs: readonly UnitSpec[] = [
  { kind: "expand", ...on },
  { kind: "create-index", ...index },
  { kind: "assert-index", ...index },
  { kind: "prove", ...on },
  { kind: "enforce", ...on },
];

/** The same, so ordered that the revert of the last is the hard one: DROP INDEX CONCURRENTLY. */
export const indexLast: readonly UnitSpec[] = [
  { kind: "expand", ...on },
  { kind: "prove", ...on },
  { kind: "enforce", ...on },
  { kind: "create-index", ...index },
];

export interface UnitMigration {
  /** The stem of its file. */
  readonly name: string;
  readonly unit: Unit;
  readonly text: string;
}

/** The files of units, a millisecond apart. */
export function migrationsOf(specs: readonly UnitSpec[], flavour: Flavour): UnitMigration[] {
  return specs.map((spec, position) => {
    const unit = unitOf(spec);
    const name = migrationName({ id: typeormPlan }, String(1763648123456 + position), spec.kind);
    const content = { units: [unit] as const, sql: fileOf(spec), down: downStatements(unit, typeormPlan) };
    return { name, unit, text: renderMigration({ name, content, flavour }) };
  });
}

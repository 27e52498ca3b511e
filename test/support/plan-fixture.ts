import { sqlReader } from "../../core/src/databases/sql-reader.js";
import type { IndexFacts, KnownForeignKey } from "../../core/src/dialect/development.js";
import type { DialectId, Plan, TableName } from "../../core/src/model/index.js";
import { buildPlan, type PlanAnswer, type PlanRequest } from "../../core/src/plan/build-plan.js";
import type { ColumnSource, PlanSources, TableShape } from "../../core/src/plan/sources.js";

/** The SQL that Prisma 7.10 generates for `handle String @unique` on User. */
export const handleSql = `-- AlterTable
ALTER TABLE "User" ADD COLUMN     "handle" TEXT NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");
`;

export const userShape: TableShape = {
  columns: ["id", "email", "name", "firstName"],
  types: new Map(["email", "name", "firstName", "team"].map((name) => [name, "text"])),
  required: new Set(["id", "email"]),
  generatedColumns: [],
  key: [{ column: "id", type: "integer" }],
};

export interface PlanFixture {
  readonly sql?: string;
  /** By column; every column of the change has a model field of its name. */
  readonly columns?: Readonly<Record<string, Partial<ColumnSource>>>;
  readonly shape?: TableShape;
  readonly id?: string;
  readonly openPlans?: readonly Plan[];
  readonly pace?: PlanRequest["pace"];
  /** What the database says that a fill depends on. Default: nobody is asked. */
  readonly dependence?: PlanSources["dependence"];
  /** What the database says about the indexes that the change drops. */
  readonly indexes?: readonly IndexFacts[];
  /** What the database says about the foreign keys of every table of which the change takes something away. Default: nobody is asked. */
  readonly foreignKeys?: readonly KnownForeignKey[];
  readonly dialect?: DialectId;
}

/** The annotations of a change, as comments behind its SQL: `-- role: @lockstep.backfill('member')`. */
export function annotationsIn(sql: string): Record<string, Partial<ColumnSource>> {
  const found = sql.matchAll(annotation);
  return Object.fromEntries(
    [...found].map(([, column = "", kind, text = ""]) => [
      column,
      { fill: { kind: kind as "backfill" | "mirror", sql: text } },
    ]),
  );
}

const annotation = /\n?-- (\w+): @lockstep\.(backfill|mirror)\((.*)\)$/gm;

/** The change as the ORM generates it: annotations stand in the model. */
export function withoutAnnotations(sql: string): string {
  return sql.replace(annotation, "");
}

/** Model fields of the columns' own names, with what is said about some of them. */
export function sourcesIn(
  columns: Readonly<Record<string, Partial<ColumnSource>>>,
): (table: TableName, column: string) => ColumnSource {
  return (_table, column) => ({
    model: "User",
    field: column,
    hasDefault: false,
    file: "prisma/schema.prisma",
    line: 14,
    ...columns[column],
  });
}

/** The answer to a migration, with a User model behind it. Required columns get `lower(email)` unless the fixture says otherwise. */
export async function answerTo(fixture: PlanFixture = {}): Promise<PlanAnswer> {
  const {
    sql = handleSql,
    columns = {},
    shape = userShape,
    id = "20261120093000_add_handle",
    openPlans = [],
    indexes = [],
    pace,
    dependence,
    foreignKeys,
    dialect = "postgresql",
  } = fixture;
  const migration = (await sqlReader(dialect)).readMigration(sql, "migration.sql");
  const needsFill = (name: string) =>
    migration.operations.some(
      (operation) =>
        operation.kind === "addColumn" &&
        operation.column.name === name &&
        operation.column.notNull &&
        !operation.column.isSerial &&
        operation.column.defaultSql === undefined,
    );
  return buildPlan({
    id,
    orm: "prisma",
    dialect,
    versions: { lockstep: "0.1.0", orm: "7.10.0" },
    migration,
    sources: {
      column: (table, column) => ({
        ...sourcesIn({})(table, column),
        ...(needsFill(column) ? { fill: { kind: "backfill", sql: "lower(email)" } } : {}),
        ...columns[column],
      }),
      table: async () => shape,
      ...(dependence && { dependence }),
      ...(foreignKeys && { foreignKeys: async () => foreignKeys }),
      index: async (name) => indexes.find((each) => each.name === name.name),
      formerUnique: (table, index) => ({
        model: table.name,
        fields: index.columns,
        selector: index.columns.join("_"),
        attribute: index.columns.length === 1 ? "@unique" : `@@unique([${index.columns.join(", ")}])`,
      }),
    },
    openPlans,
    ...(pace && { pace }),
    words: { annotation: (text) => `/// ${text}`, columnName: (name) => `@map("${name}")` },
    originalModels: () => [{ file: "prisma/schema.prisma", model: "User", text: "model User {\n}" }],
  });
}

/** The plan, or a failure that says that there is none. */
export async function planOf(fixture: PlanFixture = {}): Promise<Plan> {
  const answer = await answerTo(fixture);
  if (answer.kind !== "plan") throw new Error("the change passes; no plan was made");
  return answer.plan;
}

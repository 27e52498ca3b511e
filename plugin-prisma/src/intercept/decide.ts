import { existsSync } from "node:fs";
import { join } from "node:path";
import { judge, loadParser, type Migration, mayHaveFills, type Plan, readMigration } from "@lockstep/core";
import { transactionsOf } from "../engine/prisma-version.js";
import type { PrismaProject } from "../project.js";
import type { Restore } from "./open-plans.js";
import type { SchemaContainer } from "./shapes.js";

/** Where the SQL of a change comes from: the engine behind the proxy, or the stock CLI that the wrapper asks. */
export interface ChangeSource {
  readonly project: PrismaProject;
  /** The user's own model. */
  readonly schema: SchemaContainer;
  /** What Prisma generates for a model, compared with the migrations that exist. */
  sqlFor(schema: SchemaContainer): Promise<string>;
}

/** What becomes of a change. */
export type Change =
  /** As it stands, byte for byte; at most a message. */
  | { readonly kind: "pass"; readonly message?: string }
  /** The model of an open plan was put back by hand or by a merge: it is relaxed again, and nothing else changes. */
  | { readonly kind: "restored"; readonly schema: SchemaContainer; readonly restore: Restore }
  /** There is a plan; `schema` is the model of its expand phase. */
  | {
      readonly kind: "plan";
      readonly schema: SchemaContainer;
      readonly plan: Plan;
      readonly project: PrismaProject;
      readonly migration: Migration;
      /** The plan once the migration has its final name. */
      rename(id: string): Promise<Plan>;
    };

/**
 * Asks for the SQL of the user's own model and decides. A change that passes costs libpg-query and this.
 *
 * @throws LS1001 SQL that cannot be read · LS2xxx what a plan lacks · LS3004 a column with an open plan
 */
export async function decide(change: ChangeSource): Promise<Change> {
  const { project } = change;
  const hasPlans = existsSync(join(project.root, "lockstep"));
  const open = hasPlans ? await (await import("./open-plans.js")).openPlans(project, change.schema) : undefined;
  const schema = open?.schema ?? change.schema;
  const [parser, sql] = await Promise.all([loadParser(), change.sqlFor(schema)]);
  const migration = readMigration(sql, "migration.sql", parser);
  open?.refuseSecondPlan(migration.operations);
  if (open?.restored === undefined && migration.operations.length === 0) return { kind: "pass" };
  const columns = await sourcesOf(migration, schema, project);
  const { findings, notices, context } = judge(migration, {
    source: columns,
    typeKind: (type) => typeKind(type.name, schema),
    environment: { transactions: transactionsOf(project.ormVersion) },
  });
  if (migration.operations.some((operation) => operation.kind === "addPrimaryKey")) {
    const { refuseNewKeyColumns } = await import("@lockstep/core/planning");
    refuseNewKeyColumns(context);
  }
  if (findings.length === 0) {
    if (columns !== undefined) {
      const { refuseIdleAnnotations } = await import("@lockstep/core/planning");
      refuseIdleAnnotations(migration.operations, columns, () => false);
    }
    if (open?.restored !== undefined) return { kind: "restored", schema, restore: open.restored };
    if (notices.length === 0) return { kind: "pass" };
    const { colorsFor, noticesText } = await import("@lockstep/core/planning");
    return {
      kind: "pass",
      message: `Lockstep\n${noticesText(notices, colorsFor(process.env.LOCKSTEP_COLOR === "1"))}`,
    };
  }
  const { planChange } = await import("./plan-change.js");
  return planChange({ project, schema, migration, restored: open?.restored, openPlans: open?.plans ?? [] });
}

/** Every type that is not PostgreSQL's own is an enum of the schema, one of an extension, or what `Unsupported` names. */
function typeKind(name: string, { files }: SchemaContainer): "plain" | undefined {
  const isUnsupported = files.some(({ content }) =>
    [...content.matchAll(/\bUnsupported\s*\(\s*"((?:[^"\\]|\\.)*)"/g)].some(([, type = ""]) => type.includes(name)),
  );
  return isUnsupported ? undefined : "plain";
}

/** What annotations and functions say; a change without either costs one look for the words. */
async function sourcesOf(migration: Migration, schema: SchemaContainer, project: PrismaProject) {
  const isAnnotated = schema.files.some((file) => file.content.includes("@lockstep."));
  const hasFunctions =
    migration.operations.some((operation) => operation.kind === "addColumn") && mayHaveFills(project.root);
  if (!isAnnotated && !hasFunctions) return undefined;
  const [planning, { columnSources }, { readSchema }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../schema/sources.js"),
    import("../schema/read.js"),
  ]);
  const functions = planning.fillFunctions(hasFunctions ? await planning.loadConfig(project.root) : { targets: {} });
  return planning.withFunctions(columnSources(readSchema(schema.files), project), functions);
}

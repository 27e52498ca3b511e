import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  assertInstalled,
  judge,
  loadParser,
  type Migration,
  mayHaveFills,
  type Operation,
  type Plan,
  readMigration,
} from "@lockstep/core";
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

/** What becomes of a change, and what there is to say besides. */
export type Change = { readonly message?: string } & Answer;

export type Answer =
  /** As it stands, byte for byte. */
  | { readonly kind: "pass" }
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
  assertInstalled("@lockstep/core", import.meta.url);
  const hasPlans = existsSync(join(project.root, "lockstep"));
  const open = hasPlans ? await (await import("./open-plans.js")).openPlans(project, change.schema) : undefined;
  const schema = open?.schema ?? change.schema;
  const [parser, sql] = await Promise.all([loadParser(), change.sqlFor(schema)]);
  const read = readMigration(sql, "migration.sql", parser);
  open?.refuseSecondPlan(read.operations);
  const answered = async (answer: Answer, lines: readonly string[] = []): Promise<Change> => {
    const unused = await unusedIn(schema, project, open?.plans ?? [], read.operations);
    const message = ["Lockstep", ...lines, ...unused].join("\n");
    return message === "Lockstep" ? answer : { ...answer, message };
  };
  if (open?.restored === undefined && read.operations.length === 0) return answered({ kind: "pass" });
  const columns = await sourcesOf(read, schema, project);
  const { migration, formerType } = await askedOf(read, project);
  const { findings, notices, context } = judge(migration, {
    source: columns,
    typeKind: (type) => typeKind(type.name, schema),
    environment: { transactions: transactionsOf(project.ormVersion) },
  });
  if (migration.operations.some((operation) => operation.kind === "addPrimaryKey")) {
    const { refuseNewKeyColumns } = await import("@lockstep/core/planning");
    refuseNewKeyColumns(context);
  }
  if (findings.length > 0) {
    const { planChange } = await import("./plan-change.js");
    const planned = await planChange({
      project,
      schema,
      migration,
      restored: open?.restored,
      openPlans: open?.plans ?? [],
    });
    return answered(planned.answer, planned.lines);
  }
  if (columns !== undefined) {
    const { refuseIdleAnnotations } = await import("@lockstep/core/planning");
    refuseIdleAnnotations(migration.operations, columns, () => false);
  }
  if (open?.restored !== undefined) return answered({ kind: "restored", schema, restore: open.restored });
  if (notices.length === 0) return answered({ kind: "pass" });
  const [{ colorsFor, noticesText, withRenames }, { prismaPlugin }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../plugin.js"),
  ]);
  const told = withRenames(notices, migration, formerType, prismaPlugin.words);
  return answered({ kind: "pass" }, [noticesText(told, colorsFor(process.env.LOCKSTEP_COLOR === "1"))]);
}

/** What only the development database knows: which defaults it evaluates once, and what a column was that may have been renamed. */
async function askedOf(migration: Migration, project: PrismaProject) {
  const { operations } = migration;
  const isUnclear = operations.some(
    (operation) => operation.kind === "addColumn" && !operation.column.isDefaultStored && !operation.column.isSerial,
  );
  const isPaired = (["dropColumn", "addColumn"] as const).every((kind) =>
    operations.some((each) => each.kind === kind),
  );
  if (!isUnclear && !isPaired) return { migration, formerType: () => undefined };
  const { developmentDatabase } = await import("./development-database.js");
  const database = developmentDatabase(project);
  try {
    return {
      migration: await database.withStoredDefaults(migration),
      formerType: await database.formerTypes(migration),
    };
  } finally {
    await database.close();
  }
}

/** The lines about annotations that nothing uses; a schema without any costs one look for the word. */
async function unusedIn(
  schema: SchemaContainer,
  project: PrismaProject,
  plans: readonly Plan[],
  operations: readonly Operation[],
): Promise<readonly string[]> {
  if (!schema.files.some(({ content }) => /@lockstep\.(?:backfill|mirror)[ \t]*\(/.test(content))) return [];
  const [{ colorsFor, unusedAnnotations }, { columnSources }, { readSchema }, { toEntityModels }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../schema/sources.js"),
    import("../schema/read.js"),
    import("../schema/entities.js"),
  ]);
  const read = readSchema(schema.files);
  const columns = toEntityModels(schema.files).flatMap(({ table, fields }) =>
    fields.map(({ column }) => ({ table, name: column })),
  );
  const mark = colorsFor(process.env.LOCKSTEP_COLOR === "1").yellow("!");
  return unusedAnnotations(columns, columnSources(read, project), plans, operations).map((line) => `  ${mark} ${line}`);
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

import {
  isSameTable,
  LockstepError,
  loadParser,
  type Migration,
  type Operation,
  type Plan,
  type PlannedColumn,
  readMigration,
} from "@lockstep/core";
import * as terminal from "@lockstep/core/planning";
import {
  codeGlobs,
  colorsFor,
  loadConfig,
  nextStep,
  preparePhase,
  settleFiles,
  writeFiles,
} from "@lockstep/core/planning";
import type { HookEngine } from "../engine/hooks.js";
import { prismaPlugin } from "../plugin.js";
import { toEntityModels } from "../schema/entities.js";
import { readSchema } from "../schema/read.js";
import type { Change } from "./decide.js";
import type { CreateMigrationResult } from "./shapes.js";

/**
 * Writes the expand phase: its migrations, the relaxed model, the code edits and the plan's folder, as one journaled write. The
 * CLI writes the first migration itself, with the bytes that are returned here; until then the journal stays.
 *
 * @throws LS2011 when the engine's SQL for the relaxed model is not what the plan replaces
 */
export async function writeExpand(
  change: Extract<Change, { kind: "plan" }>,
  result: CreateMigrationResult,
  engine: HookEngine,
): Promise<CreateMigrationResult> {
  const { project, migration, schema } = change;
  await assertAgreement(migration, result, change.plan);
  const plan = await change.rename(result.generatedMigrationName);
  const config = await loadConfig(project.root);
  const prepared = await preparePhase({
    plan,
    project,
    plugin: prismaPlugin,
    phase: "expand",
    timestamp: plan.id.slice(0, 14),
    models: toEntityModels(readSchema(schema.files)),
    code: codeGlobs(config),
  });
  const first = prepared.migrations[0];
  if (first === undefined) throw new Error("a plan without a migration");
  // The CLI makes the folder of its own migration and refuses one that is there.
  writeFiles(project.root, prepared.changes, { others: [first.unit.file] });
  // The CLI ends the engine when it has written and applied its file.
  process.once("exit", () => settleFiles(project.root));
  await engine.print(summary(prepared));
  return { ...result, migrationScript: first.unit.text };
}

/**
 * What the ORM makes of the relaxed model must be what the plan replaces: the user's operations without NOT NULL on the relaxed
 * columns. Otherwise the next migration would undo the plan.
 */
async function assertAgreement(user: Migration, result: CreateMigrationResult, plan: Plan): Promise<void> {
  const relaxed = readMigration(result.migrationScript ?? "", "migration.sql", await loadParser());
  const expected = user.operations.map((operation) => essence(operation, plan)).sort();
  const actual = relaxed.operations.map((operation) => essence(operation, plan)).sort();
  const missing = expected.filter((entry, index) => entry !== actual[index]);
  if (missing.length === 0 && expected.length === actual.length) return;
  const additional = actual.filter((entry) => !expected.includes(entry));
  throw new LockstepError(
    "LS2011",
    `With ${plan.columns.map((column) => `${column.model}.${column.field}`).join(", ")} optional, Prisma would generate another migration than the plan replaces: ${[...missing, ...additional].join("; ").slice(0, 600)}`,
  );
}

function essence(operation: Operation, plan: Plan): string {
  if (operation.kind === "addColumn") {
    const { table, column } = operation;
    const isRelaxed = plan.columns.some(
      (planned) => planned.isRelaxed && planned.name === column.name && isSameTable(planned.table, table),
    );
    if (isRelaxed) return JSON.stringify([operation.kind, table, column.name, column.type]);
  }
  return JSON.stringify([operation.kind, operation.sql.replace(/\s+/g, " ")]);
}

/** What the user sees in the output of `migrate dev`. */
function summary(prepared: terminal.PhaseFiles): string {
  const { plan, migrations, edits, places } = prepared;
  const colors = colorsFor(process.env.LOCKSTEP_COLOR === "1");
  const relaxed = plan.columns.filter((column) => column.isRelaxed);
  return [
    "",
    terminal.hazardsText(plan, colors),
    ...(plan.notices.length > 0 ? [terminal.noticesText(plan.notices, colors)] : []),
    "",
    terminal.planText(plan, colors),
    "",
    terminal.writtenText(
      "expand",
      [
        ...migrations.map(({ name, unit }) => [name, unit.unit.title] as const),
        ...plan.originalModels
          .filter((original) => relaxed.some((column) => column.model === original.model))
          .map(({ file, model }) => [file, optionalWords(relaxed, model)] as const),
        [`lockstep/${plan.id}/`, "the plan, its README for reviewers, held and undo migrations"],
      ],
      colors,
    ),
    terminal.editsText(edits, places, colors),
    terminal.nextText(nextStep(plan, prismaPlugin.words), colors),
    "",
  ]
    .filter((line, index, lines) => !(line === "" && lines[index - 1] === ""))
    .join("\n");
}

function optionalWords(relaxed: readonly PlannedColumn[], model: string): string {
  const names = relaxed.filter((column) => column.model === model).map((column) => `${model}.${column.field}`);
  return `${names.join(", ")} optional until contract`;
}

import {
  dateOf,
  isSameTable,
  LockstepError,
  loadParser,
  type Migration,
  type Operation,
  type Plan,
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
import { prismaPlugin } from "../plugin.js";
import { toEntityModels } from "../schema/entities.js";
import { readSchema } from "../schema/read.js";
import type { Change } from "./decide.js";

type PlannedChange = Extract<Change, { kind: "plan" }>;

/**
 * The files of the expand phase: its migrations, the relaxed model, the code edits and the plan's folder. Nothing is written.
 *
 * @param name the migration's own name, which becomes the plan's
 * @param relaxedSql what Prisma generates for the relaxed model
 * @throws LS2011 when that is not what the plan replaces
 */
export async function prepareExpand(
  change: PlannedChange,
  name: string,
  relaxedSql: string,
): Promise<{ readonly prepared: terminal.PhaseFiles; readonly text: string }> {
  const { project, migration, schema } = change;
  await assertAgreement(migration, relaxedSql, change.plan);
  const plan = await change.rename(name);
  const config = await loadConfig(project.root);
  const prepared = await preparePhase({
    plan,
    project,
    plugin: prismaPlugin,
    phase: "expand",
    moment: dateOf(plan.id),
    models: toEntityModels(readSchema(schema.files)),
    code: codeGlobs(config),
  });
  return { prepared, text: summary(prepared) };
}

/**
 * Writes the expand phase as one journaled write, but for the first migration: the CLI writes that itself, and until then the
 * journal stays. Errors as `prepareExpand`.
 *
 * @returns what the user sees, and the text of the first migration
 */
export async function leaveExpand(
  change: PlannedChange,
  name: string,
  relaxedSql: string,
): Promise<{ readonly text: string; readonly first: string }> {
  const { root } = change.project;
  const { prepared, text } = await prepareExpand(change, name, relaxedSql);
  const first = prepared.migrations[0];
  if (first === undefined) throw new Error("a plan without a migration");
  // The CLI makes the folder of its own migration and refuses one that is there.
  writeFiles(root, prepared.changes, { others: [first.unit.file] });
  // The CLI ends the engine when it has written and applied its file.
  process.once("exit", () => settleFiles(root));
  return { text, first: first.unit.text };
}

/**
 * What the ORM makes of the relaxed model must be what the plan replaces: the user's operations without NOT NULL on the relaxed
 * columns, and without dropping the unique indexes that stay. Otherwise the next migration would undo the plan.
 */
async function assertAgreement(user: Migration, relaxedSql: string, plan: Plan): Promise<void> {
  const relaxed = readMigration(relaxedSql, "migration.sql", await loadParser());
  const isKept = (operation: Operation) =>
    operation.kind === "dropIndex" &&
    (plan.keptUniques ?? []).some((unique) => unique.index.name === operation.name.name);
  const wanted = user.operations.filter((operation) => !isKept(operation));
  const expected = wanted.map((operation) => essence(operation, plan)).sort();
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
          .map(({ file, model }) => [file, modelWords(plan, model)] as const)
          .filter(([, words]) => words !== ""),
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

/** What the model is until contract. */
function modelWords({ columns, keptUniques = [] }: Plan, model: string): string {
  const names = columns
    .filter((column) => column.isRelaxed && column.model === model)
    .map((column) => `${model}.${column.field}`);
  const kept = keptUniques.filter((unique) => unique.model === model).map((unique) => `(${unique.fields.join(", ")})`);
  return [
    ...(names.length === 0 ? [] : [`${names.join(", ")} optional until contract`]),
    ...(kept.length === 0 ? [] : [`${model} still unique on ${kept.join(", ")} until contract`]),
  ].join("; ");
}

import { dateOf, sqlReader } from "@lockstep/core";
import {
  assertAgreement,
  EditsAhead,
  foundText,
  type PhaseFiles,
  prepareExpand,
  settleFiles,
  writeFiles,
} from "@lockstep/core/planning";
import { convertedModels } from "../extensions/converted-models.js";
import { prismaPlugin } from "../plugin.js";
import { type Change, colors } from "./change.js";

export type PlannedChange = Extract<Change, { kind: "plan" }>;

/** Plans the edits before the migration has a name. */
export async function editsAhead({ project, schema, plan, restore }: PlannedChange): Promise<EditsAhead> {
  return new EditsAhead({
    plan,
    project,
    plugin: prismaPlugin,
    models: await convertedModels(schema.files, project),
    restore,
    env: process.env,
  });
}

/**
 * The files of the expand phase. Nothing is written.
 *
 * @param name the migration's own name, which becomes the plan's
 * @param relaxedSql what Prisma generates for the relaxed model
 * @param ahead the edits, if they were planned already
 * @throws LS2011 when that differs from what the plan replaces
 */
export async function preparePlanned(
  { project, schema, migration, plan, restore }: PlannedChange,
  name: string,
  relaxedSql: string,
  ahead?: EditsAhead,
): Promise<{ readonly prepared: PhaseFiles; readonly text: string }> {
  const { readMigration } = await sqlReader(plan.dialect);
  assertAgreement(migration, readMigration(relaxedSql, "migration.sql"), plan, "Prisma");
  const { prepared, text } = await prepareExpand({
    plan: { ...plan, id: name },
    project,
    plugin: prismaPlugin,
    moment: dateOf(name),
    models: await convertedModels(schema.files, project),
    restore,
    planned: await ahead?.take(),
    env: process.env,
    colors: await colors(),
  });
  return { prepared, text: foundText(prepared.plan, await colors()) + text };
}

/**
 * Writes the expand phase as one journaled write, except the first migration: the CLI writes that itself, and until then the journal stays.
 * Errors as `preparePlanned`.
 *
 * @returns the output for the user, and the text of the first migration
 */
export async function leaveExpand(
  change: PlannedChange,
  name: string,
  relaxedSql: string,
  ahead: EditsAhead | undefined,
): Promise<{ readonly text: string; readonly first: string }> {
  const { root } = change.project;
  const { prepared, text } = await preparePlanned(change, name, relaxedSql, ahead);
  const first = prepared.migrations[0];
  if (first === undefined) throw new Error("a plan without a migration");
  // The CLI creates the folder of its own migration and fails if it exists.
  writeFiles(root, prepared.changes, { others: [first.unit.file] });
  // The CLI ends the engine when it has written and applied its file.
  process.once("exit", () => settleFiles(root));
  return { text, first: first.unit.text };
}

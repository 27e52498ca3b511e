import { dateOf, loadParser, readMigration } from "@lockstep/core";
import {
  assertAgreement,
  codeSettings,
  colorsFor,
  expandText,
  foundText,
  listPlans,
  loadConfig,
  type PhaseFiles,
  preparePhase,
  settleFiles,
  writeFiles,
} from "@lockstep/core/planning";
import { prismaPlugin } from "../plugin.js";
import { toEntityModels } from "../schema/entities.js";
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
): Promise<{ readonly prepared: PhaseFiles; readonly text: string }> {
  const { project, migration, schema } = change;
  const relaxed = readMigration(relaxedSql, "migration.sql", await loadParser());
  assertAgreement(migration, relaxed, change.plan, "Prisma");
  const plan = await change.rename(name);
  const config = await loadConfig(project.root);
  const prepared = await preparePhase({
    plan,
    project,
    plugin: prismaPlugin,
    phase: "expand",
    moment: dateOf(plan.id),
    models: toEntityModels(schema.files),
    code: codeSettings(config, process.env),
  });
  const colors = colorsFor(process.env.LOCKSTEP_COLOR === "1");
  return {
    prepared,
    text: foundText(prepared.plan, colors) + expandText(prepared, prismaPlugin.words, listPlans(project.root), colors),
  };
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

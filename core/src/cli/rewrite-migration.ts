import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { codeGlobs } from "../config/code-globs.js";
import { fillFunctions, refuseUnknownFills } from "../config/configured-fills.js";
import { connect } from "../db/connection.js";
import { LockstepError } from "../errors.js";
import { writeFiles } from "../files/write-files.js";
import { DevelopmentDatabase } from "../intercept/development-database.js";
import { refuseSecondChange } from "../intercept/second-change.js";
import { expandText, foundText } from "../intercept/summary.js";
import { isFilled, isSameTable, type Migration, type Plan, type TableName, tableLabel } from "../model/index.js";
import { buildPlan } from "../plan/build-plan.js";
import { type FoldedMigration, foldHandWritten } from "../plan/fold-hand-written.js";
import { sha256 } from "../plan/hash.js";
import { migrationOf } from "../plan/migration-of.js";
import { namedAsModels } from "../plan/named-as-models.js";
import { paceOf } from "../plan/pace.js";
import { withoutField } from "../plan/plan-columns.js";
import { planFolder } from "../plan/plan-file.js";
import { type PlanSources, withFunctions } from "../plan/sources.js";
import { isOpen, listPlans } from "../plan/store.js";
import type { HandWrittenMigration, Project } from "../plugin.js";
import { type PhaseFiles, preparePhase, replaced } from "../release/prepare-phase.js";
import { diffText } from "../review/diff.js";
import { nextText, noticesText } from "../review/terminal.js";
import { judge } from "../rules/judge.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";
import type { CommandResult, Invocation, Workspace } from "./command.js";
import { refuseApplied } from "./refuse-applied.js";

/**
 * Makes the plan of a migration that a person has written, as if the ORM had generated it: what "add the column, UPDATE, SET NOT
 * NULL" means becomes phases, the first of them in the place of the file.
 *
 * @param path as typed
 * @throws LS1004, LS2015–LS2017, LS3030–LS3032, and what making a plan throws
 */
export async function rewriteMigration(invocation: Invocation, path: string): Promise<CommandResult> {
  const { io, options } = invocation;
  const workspace = await invocation.workspace();
  const { project, plugin } = workspace;
  const { colors } = io;
  const file = fromRoot(project, invocation.cwd, path);
  const plans = listPlans(project.root);
  refuseUnit(file, plans);
  const own = await plugin.readHandWritten(project, file);
  const names = plugin.listMigrations(project);
  const later = names.slice(names.indexOf(own.name) + 1);
  if (later.length > 0) throw new LockstepError("LS3031", `After ${own.file} come: ${later.join(", ")}.`);
  const parser = await loadParser();
  const models = await plugin.readModels(project);
  const written = namedAsModels(readMigration(own.sql, own.file, parser), models, own.defaultSchema);
  refuseSecondChange(plans.filter(isOpen), written.operations);
  const folded = foldHandWritten(
    written,
    own.file,
    parser,
    (table, name) => own.sources.column(table, name)?.skip !== undefined,
  );
  refuseUnknownFills(workspace.config, models);
  const named = { ...folded, migration: namedAsModels(folded.migration, models, own.defaultSchema) };
  const plan = await planOf(own, named, plans, workspace, () =>
    refuseApplied(own, workspace, io, options.notApplied === true),
  );
  if (plan === undefined) return nothingToDo(own, written, colors);

  const prepared = await preparePhase({
    plan,
    project: own.project,
    plugin,
    phase: "expand",
    // Right after it: nothing stands between the migrations of a plan.
    moment: new Date(0),
    code: codeGlobs(workspace.config),
  });
  const changes = [...prepared.changes, ...keptText(own, prepared)];
  const isDry = options.dryRun === true;
  const shown = changes.filter(({ file }) => !file.startsWith("lockstep/"));
  if (isDry) io.err(diffText(shown, colors));
  else writeFiles(project.root, changes);
  return {
    text: isDry
      ? `${foundText(plan, colors)}\nNothing was written (--dry-run).\n${nextText(`npx lockstep rewrite ${own.file}`, colors)}`
      : foundText(plan, colors) + expandText(prepared, plugin.words, listPlans(project.root), colors),
    json: {
      plan: prepared.plan,
      written: !isDry,
      files: changes.map(({ file }) => file),
      edits: prepared.edits,
      places: prepared.places,
    },
    exitCode: 0,
  };
}

function fromRoot({ root }: Project, cwd: string, path: string): string {
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw new LockstepError("LS3032", `There is no file ${path}.`);
  return relative(root, file).split(sep).join("/");
}

/** @throws LS3030 */
function refuseUnit(file: string, plans: readonly Plan[]): void {
  const name = migrationOf(file);
  const owner = plans.find(({ state }) => state.written.some((unit) => migrationOf(unit.file) === name));
  if (owner === undefined) return;
  throw new LockstepError("LS3030", `${file} is a migration of plan ${owner.id}.`, {
    hint: `npx lockstep plan ${owner.id}`,
  });
}

/** @returns undefined when the migration is safe as it stands, or when all that is not is waved through */
async function planOf(
  own: HandWrittenMigration,
  folded: FoldedMigration,
  plans: readonly Plan[],
  { project, plugin, config }: Workspace,
  refuseApplied: () => Promise<void>,
): Promise<Plan | undefined> {
  const functions = fillFunctions(config);
  const database = new DevelopmentDatabase(() => {
    if (project.developmentUrl === undefined)
      throw new LockstepError("LS9003", "The ORM's config has no URL for the development database.");
    return connect(project.developmentUrl, { applicationName: "lockstep plan" });
  });
  const build = (source: string) =>
    buildPlan({
      id: own.name,
      orm: plugin.id,
      versions: own.versions,
      migration: folded.migration,
      sources: {
        ...own.sources,
        column: withUpdates(withFunctions(own.sources.column, functions), folded, source, own.file),
        table: (table) => database.shape(table),
        index: (index) => database.index(index),
      },
      openPlans: plans.filter(isOpen),
      pace: paceOf(config),
      words: plugin.words,
      originalModels: own.originalModels,
    });
  try {
    const first = await build(own.file);
    if (first.kind === "pass") return undefined;
    await refuseApplied();
    await database.tryFills(first.plan, functions, folded.migration, plugin.words);
    // From now on the text that the values come from stands beside the plan.
    const answer = await build(keptFile(own));
    if (answer.kind === "pass") return undefined;
    refuseLostFills(folded, answer.plan, own.file);
    const plan = { ...answer.plan, source: { sql: own.sql, sha256: sha256(own.sql), file: keptFile(own) } };
    return own.complete?.(plan) ?? plan;
  } finally {
    await database.close();
  }
}

/** Whatever the reason: an UPDATE never goes without a backfill in its place. @throws LS2015 */
function refuseLostFills({ filled }: FoldedMigration, { columns }: Plan, file: string): void {
  const isPlanned = ({ table, column }: FoldedMigration["filled"][number]) =>
    columns.some((each) => each.name === column && isSameTable(each.table, table) && isFilled(each));
  const lost = filled.find((each) => !isPlanned(each));
  if (lost === undefined) return;
  throw new LockstepError(
    "LS2015",
    `${file}:${lost.line}: no phase of the plan would fill "${tableLabel(lost.table)}"."${lost.column}".`,
  );
}

/** The values of UPDATEs, beside what the model says. @throws LS2017 where it says something else · LS4002 where it says nothing */
function withUpdates(
  column: PlanSources["column"],
  folded: FoldedMigration,
  file: string,
  migration: string,
): PlanSources["column"] {
  return (table: TableName, name: string) => {
    const source = column(table, name);
    const fill = folded.fill(table, name);
    if (fill === undefined) return source;
    if (source === undefined) throw withoutField(table, name);
    const other = source.compute === undefined ? source.fill?.sql : `fills.${source.model}.${source.field}`;
    if (other !== undefined && other !== fill.sql)
      throw new LockstepError(
        "LS2017",
        `"${tableLabel(table)}"."${name}": ${migration}:${fill.line} says ${fill.sql}, and ${source.compute?.file ?? `${source.file}:${source.line}`} says ${other}.`,
      );
    return { ...source, fill: { kind: source.fill?.kind ?? "backfill", sql: fill.sql }, file, line: fill.line };
  };
}

/** Where the user's own text is kept: under a name that neither a compiler nor an ORM takes for a migration. */
function keptFile({ name, file }: HandWrittenMigration): string {
  return `${planFolder(name)}/original.${file.endsWith(".sql") ? "sql" : `${file.slice(file.lastIndexOf(".") + 1)}.txt`}`;
}

/** The plan keeps SQL; what stands around it would be lost with a file that no commit has. */
function keptText(own: HandWrittenMigration, { changes }: PhaseFiles) {
  const file = keptFile(own);
  if (changes.some((change) => change.file === file)) return [];
  return [replaced(own.project, file, readFileSync(join(own.project.root, own.file), "utf8"))];
}

function nothingToDo(
  { name, file }: HandWrittenMigration,
  written: Migration,
  colors: Parameters<typeof noticesText>[1],
): CommandResult {
  const { notices } = judge(written);
  const verdict =
    notices.length === 0
      ? `${colors.bold(name)} is safe as it stands: nothing to rewrite.`
      : `${colors.bold(name)} has nothing that a plan could do better. A person should look at it:\n${noticesText(notices, colors)}`;
  return {
    text: `${verdict}\n${nextText("npx lockstep status", colors)}`,
    json: { migration: name, file, written: false, notices },
    exitCode: 0,
  };
}

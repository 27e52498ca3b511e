import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { LockstepError } from "../base/errors.js";
import { writeFiles } from "../base/files/write-files.js";
import { DevelopmentDatabase } from "../change/development-database.js";
import { prepareExpand } from "../change/expand.js";
import { type PhaseFiles, replaced } from "../change/release/prepare-phase.js";
import { withRenames } from "../change/remarks.js";
import { refuseSecondChange } from "../change/second-change.js";
import { foundText, hazardText } from "../change/summary.js";
import { refuseUnknownFills } from "../config/configured-fills.js";
import { connect } from "../databases/connect.js";
import { sqlReader } from "../databases/sql-reader.js";
import type { Connection } from "../dialect/connection.js";
import type { Migration, Notice, Plan } from "../model/index.js";
import { foldHandWritten } from "../plan/fold-hand-written.js";
import { formerTables } from "../plan/former-tables.js";
import { migrationOf } from "../plan/migration-of.js";
import { namedAsModels } from "../plan/named-as-models.js";
import { type OwnTransaction, withoutTransaction } from "../plan/own-transaction.js";
import { isOpen, listPlans } from "../plan/store.js";
import type { HandWrittenMigration, Project } from "../plugin/plugin.js";
import { listed } from "../review/listed.js";
import { nextText, noticesText } from "../review/terminal.js";
import { type Judgement, judge } from "../rules/judge.js";
import { noticeOf } from "../rules/notice.js";
import { type CommandResult, type Invocation, type Workspace, writing } from "./command.js";
import { dryRun } from "./dry-run.js";
import { earlierSchema } from "./earlier-schema.js";
import { keptFile, planHandWritten } from "./plan-hand-written.js";
import { refuseApplied } from "./refuse-applied.js";

/**
 * Builds the plan of a hand-written migration as if the ORM had generated it: "add the column, UPDATE, SET NOT NULL" becomes phases. The
 * first phase replaces the file.
 *
 * @param path path as typed
 * @throws LS1004, LS2015–LS2017, LS3030–LS3032, LS9025, and errors of building a plan
 */
export async function rewriteMigration(invocation: Invocation, path: string): Promise<CommandResult> {
  const workspace = await invocation.workspace(writing(invocation));
  const { project, plugin } = workspace;
  const file = fromRoot(project, invocation.cwd, path);
  const plans = listPlans(project.root);
  refuseUnit(file, plans);
  const own = await plugin.readHandWritten(project, file);
  const names = plugin.listMigrations(project);
  const at = names.indexOf(own.name);
  const later = names.slice(at + 1);
  if (later.length > 0) throw new LockstepError("LS3031", `Later migrations follow ${own.file}: ${later.join(", ")}.`);
  const request = { own, plans, earlier: names.slice(0, at) };
  const database = new DevelopmentDatabase(() => openDevelopment(workspace, request));
  try {
    return await rewrite(invocation, request, workspace, database);
  } finally {
    await database.close();
  }
}

interface Request {
  readonly own: HandWrittenMigration;
  readonly plans: readonly Plan[];
  /** Names of the migrations before it. */
  readonly earlier: readonly string[];
}

/** @throws LS9003 · LS9025 it has not run the earlier migrations. A database without a record of migrations has its tables from elsewhere */
async function openDevelopment({ project, plugin }: Workspace, { own, earlier }: Request): Promise<Connection> {
  if (project.developmentUrl === undefined)
    throw new LockstepError("LS9003", "The ORM's config has no URL for the development database.");
  const connection = await connect(project.developmentUrl, { applicationName: "lockstep plan", needsSession: false });
  try {
    const { applied } = await plugin.readApplied(connection, project);
    const missing = applied.length === 0 ? [] : earlier.filter((name) => !applied.includes(name));
    if (missing.length > 0)
      throw new LockstepError(
        "LS9025",
        `The development database has not run ${listed(missing)}, which ${missing.length === 1 ? "comes" : "come"} before ${own.file}.`,
      );
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function rewrite(
  { io, options }: Invocation,
  { own, plans, earlier: before }: Request,
  workspace: Workspace,
  database: DevelopmentDatabase,
): Promise<CommandResult> {
  const { project, plugin } = workspace;
  const { colors } = io;
  const reader = await sqlReader(project.dialect);
  const models = await plugin.readModels(project);
  const transaction = withoutTransaction(reader.readMigration(own.sql, own.file), own.file, reader);
  const all = namedAsModels(transaction.migration, models, own.defaultSchema);
  const earlier = await earlierSchema(all, before, project, plugin);
  const written = earlier.withoutIdle(all);
  refuseSecondChange(plans.filter(isOpen), written.operations);
  const folded = foldHandWritten(written, own.file, reader, own.sources.column);
  refuseUnknownFills(workspace.config, models);
  const named = {
    ...folded,
    migration: earlier.withoutIdle(
      await database.withStoredDefaults(namedAsModels(folded.migration, models, own.defaultSchema)),
    ),
  };
  const { provenBy, isNeverNull } = earlier;
  const known = { ...own, sources: { ...own.sources, provenBy, isNeverNull } };
  const {
    plan,
    notices: passing = [],
    typeKind,
  } = await planHandWritten(known, named, plans, workspace, database, () =>
    refuseApplied(own, workspace, io, options.notApplied === true),
  );
  if (plan === undefined) {
    const { operations } = written;
    const { judging } = reader;
    const formerTable = earlier.orFormerTable(await formerTables(operations, judging, database.formerTable));
    const stored = await database.withStoredDefaults(written);
    const judgement = judge(stored, { judging, formerTable, typeKind, provenBy, isNeverNull, isAsWritten: true });
    const skipped = passing.filter(({ remarks }) => remarks?.some(({ kind }) => kind === "skipped"));
    const notices = noticesWithoutPlan(judgement, stored, skipped);
    const told = withRenames(notices, written, await database.formerTypes(written), plugin);
    return nothingToDo(own, [...told, ...skipped], colors);
  }
  refuseTransactions(transaction, own.file);

  const { prepared, text } = await prepareExpand({
    plan,
    project: own.project,
    plugin,
    // Immediately after it, so that no migration comes between those of a plan.
    moment: new Date(0),
    env: io.env,
    colors,
  });
  const changes = [...prepared.changes, ...keptText(own, prepared)];
  const outside = changes.filter(({ file }) => !file.startsWith("lockstep/"));
  const shown = options.dryRun === true ? dryRun(outside, project.root, colors) : undefined;
  if (shown === undefined) writeFiles(project.root, changes);
  return {
    patch: shown?.patch,
    text: shown
      ? `${hazardText(plan, colors)}\nNothing was written (--dry-run).\n${nextText(`npx lockstep rewrite ${own.file}`, colors)}`
      : foundText(plan, colors) + (transaction.isWrapped ? `${leftOut}\n` : "") + text,
    json: {
      plan: prepared.plan,
      written: shown === undefined,
      files: changes.map(({ file }) => file),
      edits: prepared.edits,
      places: prepared.places,
      ...shown?.json,
    },
    exitCode: 0,
  };
}

/** Without a plan, a statement that a rule could rewrite runs as it is written. @param skipped the user's own decisions, listed elsewhere */
function noticesWithoutPlan(
  { findings, notices, context }: Judgement,
  migration: Migration,
  skipped: readonly Notice[],
) {
  const unplanned = findings
    .flatMap(({ operation }) => noticeOf(operation, context, migration) ?? [])
    .filter(({ line, sql }) => !skipped.some((each) => each.line === line && each.sql === sql));
  return [...notices, ...unplanned].sort((a, b) => a.line - b.line);
}

function fromRoot({ root }: Project, cwd: string, path: string): string {
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw new LockstepError("LS3032", `The file ${path} does not exist.`);
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

/** The plan stores only SQL. The text around it would be lost if the file was never committed. */
function keptText(own: HandWrittenMigration, { changes }: PhaseFiles) {
  const file = keptFile(own);
  if (changes.some((change) => change.file === file)) return [];
  return [replaced(own.project, file, readFileSync(join(own.project.root, own.file), "utf8"))];
}

const leftOut =
  "BEGIN and COMMIT around the file are left out: each migration of the plan is a transaction of its own.";

/** @throws LS2073 */
function refuseTransactions({ other }: OwnTransaction, file: string): void {
  if (other === undefined) return;
  throw new LockstepError("LS2073", `${file}:${other.line}: ${other.sql}`, { details: { line: other.line } });
}

function nothingToDo(
  { name, file }: HandWrittenMigration,
  notices: readonly Notice[],
  colors: Parameters<typeof noticesText>[1],
): CommandResult {
  const verdict =
    notices.length === 0
      ? `${colors.bold(name)} is safe: nothing to rewrite.`
      : `${colors.bold(name)} needs no plan, but please review it:\n${noticesText(notices, colors)}`;
  return {
    text: `${verdict}\n${nextText("npx lockstep status", colors)}`,
    json: { migration: name, file, written: false, notices },
    exitCode: 0,
  };
}

import { posix, resolve } from "node:path";
import { readBaseline } from "../check/baseline.js";
import { checkMigrations } from "../check/check-migrations.js";
import { checkingOf } from "../check/checking-of.js";
import { type CheckFinding, fingerprintIn } from "../check/finding.js";
import type { MigrationSet } from "../check/migration-set.js";
import { ownUnits } from "../check/own-units.js";
import { folderIn, repositoryFiles } from "../check/repository.js";
import { withSeverities } from "../check/severities.js";
import { waive, waiversIn } from "../check/waivers.js";
import type { Connection } from "../dialects/connection.js";
import type { TableFacts } from "../dialects/table.js";
import { serverMajor } from "../facts/server-version.js";
import { readTable } from "../facts/table.js";
import { confirm, readEvidence } from "../ledger/evidence.js";
import { isFelt, nameKey, type Plan, strongestMode, type TableName, tableLabel, type Verdict } from "../model/index.js";
import { atOnce } from "../mysql/units/online-copy.js";
import { migrationOf } from "../plan/migration-of.js";
import type { OrmPlugin, Project } from "../plugin.js";
import type { TargetState } from "../release/target-state.js";
import { consequence } from "../review/check/words.js";
import { counted } from "../review/counted.js";
import { allRules, nearestSettings, settingsAt, waiversOf } from "./check-settings.js";
import { type Invocation, listOption, textOption } from "./command.js";
import type { Target } from "./targets.js";
import { whoAsks } from "./who.js";

/** What `--confirm` takes for statements of the user's own that reads or writes wait for. */
export const waitsAccepted = "waits-accepted";

/** What the user's own pending migrations would do on a target, as far as the application waits for it. */
export interface Waits {
  /** Statements that nobody has accepted, one sentence each. */
  readonly open: readonly string[];
  /** The command that accepts them; absent when none is open. */
  readonly help?: string;
}

/** A statement that keeps the application from a table with many rows. */
interface Wait {
  readonly finding: CheckFinding;
  readonly facts: TableFacts;
  readonly statement: string;
}

/**
 * Judges the migrations that are pending and that no plan wrote, as `check` does, with its severities, waivers and baseline. Those statements
 * stop a deployment for which reads or writes of a table wait that has many rows on this target, until a person accepts them: by
 * `--confirm waits-accepted`, or on a terminal. That is recorded in the target's ledger, for the statement as it is.
 *
 * @throws LS7001, LS7002, LS8002, LS8016
 */
export async function askWaits(request: {
  readonly invocation: Invocation;
  readonly target: Target;
  readonly connection: Connection;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
  readonly state: TargetState;
}): Promise<Waits> {
  const { invocation, target, connection, state } = request;
  const { io } = invocation;
  const own = [...state.failed, ...state.pending].filter(
    (name) => !state.units.some(({ migration }) => migration === name),
  );
  if (own.length === 0) return { open: [] };
  const { findings, unread } = await judgeOwn(own, request);
  const warn = (text: string) => io.err(`  ${io.colors.yellow("!")} ${target.name}: ${text}`);
  for (const each of unread) warn(each);
  const waits = await waitsOf(findings, connection);
  const isConfirmed = listOption(invocation, "confirm").some((names) => names.split(",").includes(waitsAccepted));
  const open: Wait[] = [];
  for (const wait of waits) {
    if (isConfirmed) await accept(wait, request);
    else if ((await readEvidence(connection, keyOf(wait))) === undefined) {
      open.push(wait);
      continue;
    }
    warn(`${wait.statement} (accepted)`);
  }
  const [first] = open;
  if (first === undefined) return { open: [] };
  // Nobody is asked the same for each of five hundred targets.
  if (io.isInteractive && target.group === undefined) {
    for (const { statement } of open) warn(statement);
    if (await io.confirm(`${target.name}: may the application wait that long?`)) {
      for (const wait of open) await accept(wait, request);
      return { open: [] };
    }
  }
  const rules = [...new Set(open.map(({ finding }) => finding.rule))];
  return {
    open: open.map(({ statement }) => statement),
    help: [
      `for the safe way: ${rules.map((rule) => `npx lockstep explain ${rule}`).join(", ")}`,
      `if the application may wait that long: npx lockstep deploy --target ${target.name} --confirm ${waitsAccepted}`,
    ].join("\n       "),
  };
}

/** What `check` finds in these migrations; and a sentence for each of which it does not know all that it runs. */
async function judgeOwn(
  own: readonly string[],
  {
    connection,
    project,
    plugin,
    plans,
    invocation,
  }: Pick<Parameters<typeof askWaits>[0], "connection" | "project" | "plugin" | "plans" | "invocation">,
): Promise<{ readonly findings: readonly CheckFinding[]; readonly unread: readonly string[] }> {
  const { root } = project;
  const { paths, read } = await repositoryFiles(root);
  const checking = await checkingOf(connection.dialect.id);
  if (checking === undefined) return { findings: [], unread: [] };
  const settings = await settingsAt(root);
  const top = folderIn(root);
  const today = invocation.io.now().toISOString().slice(0, 10);
  const units = ownUnits([{ root: ".", plans }], read);
  const left = new Set(own);
  const findings: CheckFinding[] = [];
  const unread: string[] = [];
  const judge = async (set: MigrationSet, text: (file: string) => string | undefined) => {
    const found = set.files.filter((file) => left.has(migrationOf(file)));
    for (const file of found) left.delete(migrationOf(file));
    const files = found.filter((file) => !units.has(file));
    if (files.length === 0) return;
    const isChecked = (file: string) => files.includes(file);
    const server = connection.dialect.id === "postgresql" ? serverMajor(connection) : undefined;
    const judged = checkMigrations({ set, isChecked, isOneDeployment: true, read: text, units, checking, server });
    const { rules, baseline, ...nearest } = await nearestSettings(root, set, settings);
    const waivers = [...waiversOf(nearest), ...files.flatMap((file) => waiversIn(text(file) ?? "", file))];
    const known = baseline === undefined ? new Set<string>() : readBaseline(resolve(root, baseline), baseline);
    findings.push(
      ...waive(withSeverities(judged.findings, rules), waivers, allRules, today).findings.filter(
        (each) => !known.has(fingerprintIn(`${top}${each.file}`, each)),
      ),
    );
  };
  const sets = await plugin.findMigrations({ paths, read });
  const isOfProject = ({ folder }: MigrationSet) => folder === posix.normalize(project.migrationsFolder);
  for (const set of [...sets].sort((a, b) => Number(isOfProject(b)) - Number(isOfProject(a)))) await judge(set, read);
  // An image without the sources has what is built of them; some are of packages.
  for (const name of [...left]) {
    const up = (await plugin.readStatements(project, name))?.up.map((sql) => `${sql}\n;`).join("\n");
    if (up === undefined) unread.push(`Lockstep cannot read the statements of ${name} here, so it has not judged them`);
    else await judge(alone(name, plugin.transactions?.(project)), () => up);
  }
  const notUnderstood = findings.filter(({ rule }) => rule === "unread-code" || rule === "not-understood");
  unread.push(...notUnderstood.map((each) => `${each.file}:${each.line}: ${consequence(each)}`));
  return { findings, unread };
}

function alone(file: string, transactions: MigrationSet["transactions"]): MigrationSet {
  const read = (sql: string) => ({ sql, unread: [] });
  return { folder: ".", dialect: undefined, transactions, alone: "", files: [file], read };
}

async function waitsOf(findings: readonly CheckFinding[], connection: Connection): Promise<readonly Wait[]> {
  const known = new Map<string, TableFacts | undefined>();
  const waits: Wait[] = [];
  for (const finding of findings) {
    if (finding.severity !== "error" || finding.verdict === undefined) continue;
    for (const table of slowTables(finding.verdict)) {
      const key = nameKey(table);
      if (!known.has(key)) known.set(key, await readTable(connection, table));
      const facts = known.get(key);
      if (facts === undefined || (facts.rowEstimate <= atOnce.rows && facts.sizeBytes <= atOnce.bytes)) continue;
      const sql = finding.sql.replace(/\s+/g, " ");
      const rows = counted(facts.rowEstimate, "row");
      const statement = `${finding.file}:${finding.line} ${sql} — ${consequence(finding)}; "${tableLabel(table)}" has about ${rows}`;
      waits.push({ finding, facts, statement });
      break;
    }
  }
  return waits;
}

/** The tables whose rows are read or written while reads or writes wait. */
function slowTables(verdict: Verdict): readonly TableName[] {
  if (verdict.held === "instant" || !isFelt(strongestMode(verdict))) return [];
  return verdict.concerns.flatMap((concern) =>
    concern.kind === "scans" || concern.kind === "rewrites" || concern.kind === "searches-default-partition"
      ? [concern.table]
      : [],
  );
}

/** Another text of the statement is another one. */
function keyOf({ finding, facts }: Wait) {
  const { file, fingerprint } = finding;
  return { plan: migrationOf(file), gate: `${waitsAccepted} ${fingerprint}`, table: facts, column: "" };
}

async function accept(wait: Wait, { connection, invocation }: { connection: Connection; invocation: Invocation }) {
  await confirm(connection, keyOf(wait), textOption(invocation, "by") ?? whoAsks(), textOption(invocation, "note"));
}

import { posix, resolve } from "node:path";
import { prefixInRepository } from "../base/files/git.js";
import { checkingOf } from "../databases/checking-of.js";
import type { Finding } from "../dialect/check.js";
import type { Checking } from "../dialect/checking.js";
import type { Connection } from "../dialect/connection.js";
import { readBaseline } from "../lint/baseline.js";
import { checkMigrations } from "../lint/check-migrations.js";
import { type CheckFinding, fingerprintIn } from "../lint/finding.js";
import type { MigrationSet } from "../lint/migration-set.js";
import { ownUnits } from "../lint/own-units.js";
import { repositoryFiles } from "../lint/repository.js";
import { withSeverities } from "../lint/severities.js";
import { waive, waiversIn } from "../lint/waivers.js";
import { isUnsafeOriginal, type Plan } from "../model/index.js";
import { migrationOf, releasedUnits } from "../plan/migration-of.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import type { TargetState } from "../plugin/target-state.js";
import { consequence } from "../review/check/messages.js";
import type { OwnMigration } from "../sql/verdicts/new-defaults.js";
import { judgedVersion } from "../target/facts/server-version.js";
import { allRules, nearestSettings, settingsAt, waiversOf } from "./check-settings.js";
import type { Invocation } from "./command.js";

/** The user's own pending statements on a target: those outside any plan, and those that a plan passes on unchanged. */
export interface OwnMigrations {
  /** Findings of `check` in migrations outside any plan, with its severities, waivers and baseline. */
  readonly findings: readonly CheckFinding[];
  /** One sentence for each migration that Lockstep cannot read completely. */
  readonly unread: readonly string[];
  /** What the migrations do, in the order in which they run. */
  readonly migrations: readonly OwnMigration[];
  /** The same for migrations that this deployment has already applied: no application uses their objects yet. */
  readonly done: readonly OwnMigration[];
}

interface Reading {
  readonly invocation: Pick<Invocation, "io">;
  readonly connection: Connection;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
}

/**
 * Reads the user's own migrations once for all checks of a deployment.
 *
 * @throws LS8002, LS8016
 */
export async function readOwnMigrations(
  request: Reading & {
    readonly state: TargetState;
    /** Names of the migrations that this deployment has already applied, in order. Default: none. */
    readonly done?: readonly string[];
  },
): Promise<OwnMigrations> {
  const { connection, plans, state, done = [] } = request;
  const waiting = [...state.failed, ...state.pending];
  const names = [...done, ...waiting];
  const units = [...releasedUnits(plans).filter(({ migration }) => done.includes(migration)), ...state.units];
  const isSafe = ({ unit }: (typeof units)[number]) => !isUnsafeOriginal(unit);
  const own = names.filter((name) => !units.some((each) => each.migration === name && isSafe(each)));
  const passed = units
    .filter(isSafe)
    .flatMap(({ plan, phase, kind, unit: { spec }, migration }) =>
      spec.kind === "original" && phase === "expand" && kind === "phase" && plan.state.released !== "undone"
        ? [{ name: migration, sql: spec.sql }]
        : [],
    );
  const isNone = own.length + passed.length === 0;
  const checking = isNone ? undefined : await checkingOf(connection.dialect.id);
  if (checking === undefined) return { findings: [], unread: [], migrations: [], done: [] };
  const judged =
    own.length === 0 ? { findings: [], unread: [], migrations: [] } : await judgeOwn(own, checking, request);
  const migrations = [...passed.map(({ name, sql }) => ({ name, ...checking.read(sql, name) })), ...judged.migrations];
  migrations.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  return {
    findings: judged.findings.filter(({ file }) => waiting.includes(migrationOf(file))),
    unread: judged.unread.filter(({ name }) => waiting.includes(name)).map(({ text }) => text),
    migrations: migrations.filter(({ name }) => waiting.includes(name)),
    done: migrations.filter(({ name }) => !waiting.includes(name)),
  };
}

/** Results for several migrations, by name. */
interface Judged extends Pick<OwnMigrations, "findings" | "migrations"> {
  readonly unread: readonly { readonly name: string; readonly text: string }[];
}

/** Migrations for which the ORM rejects the whole run. */
export function rejectedByOrm({ findings }: OwnMigrations): readonly Finding[] {
  return findings
    .filter(({ severity, about }) => severity === "error" && about?.kind === "override")
    .map((finding) => ({
      level: "problem",
      what: `${finding.file}:${finding.line}: ${consequence(finding)}`,
      next: finding.safer.words,
    }));
}

/** Checks migrations outside any plan with the rules of `check`. */
async function judgeOwn(
  own: readonly string[],
  checking: Checking,
  { connection, project, plugin, plans, invocation }: Reading,
): Promise<Judged> {
  const { root } = project;
  const { paths, read } = await repositoryFiles(root);
  const settings = await settingsAt(root);
  const top = prefixInRepository(root);
  const today = invocation.io.now().toISOString().slice(0, 10);
  const units = ownUnits([{ root: ".", plans }], read);
  const left = new Set(own);
  const findings: CheckFinding[] = [];
  const unread: Judged["unread"][number][] = [];
  const migrations: OwnMigration[] = [];
  const mode = () => plugin.transactions?.(project);
  const judge = async (of: MigrationSet, text: (file: string) => string | undefined) => {
    // The data source itself states its mode.
    const set = { ...of, rejectsOverrides: () => mode() === "all" };
    const found = set.files.filter((file) => left.has(migrationOf(file)));
    for (const file of found) left.delete(migrationOf(file));
    const files = found.filter((file) => !units.has(file));
    if (files.length === 0) return;
    const isChecked = (file: string) => files.includes(file);
    const server = judgedVersion(connection);
    const judged = checkMigrations({ set, isChecked, isOneDeployment: true, read: text, units, checking, server });
    migrations.push(...judged.read.map(({ file, migration }) => ({ name: migrationOf(file), ...migration })));
    const { rules, baseline, ...nearest } = await nearestSettings(root, set, settings);
    const waivers = [...waiversOf(nearest), ...files.flatMap((file) => waiversIn(text(file) ?? "", file))];
    const known = baseline === undefined ? new Set<string>() : readBaseline(resolve(root, baseline), baseline);
    findings.push(
      ...waive(withSeverities([...judged.findings, ...judged.advice], rules), waivers, allRules, today).findings.filter(
        (each) => each.severity !== "advice" && !known.has(fingerprintIn(`${top}${each.file}`, each)),
      ),
    );
  };
  const sets = await plugin.findMigrations({ paths, read });
  const isOfProject = ({ folder }: MigrationSet) => folder === posix.normalize(project.migrationsFolder);
  for (const set of [...sets].sort((a, b) => Number(isOfProject(b)) - Number(isOfProject(a)))) await judge(set, read);
  // An image without sources contains their build output. Some migrations come from packages.
  for (const name of [...left]) {
    const statements = await plugin.readStatements(project, name);
    if (statements === undefined)
      unread.push({ name, text: `Lockstep cannot read the statements of ${name} here, so it has not judged them` });
    else
      await judge(alone(name, statements.transaction, mode()), () =>
        statements.up.map((sql) => `${sql}\n;`).join("\n"),
      );
  }
  const notUnderstood = findings.filter(({ rule }) => rule === "unread-code" || rule === "not-understood");
  unread.push(
    ...notUnderstood.map((each) => ({
      name: migrationOf(each.file),
      text: `${each.file}:${each.line}: ${consequence(each)}`,
    })),
  );
  return { findings, unread, migrations };
}

/** @param transaction the setting of its class */
function alone(
  file: string,
  transaction: boolean | undefined,
  transactions: MigrationSet["transactions"],
): MigrationSet {
  const overrides = transaction === undefined ? [] : [{ line: 1, name: file, transaction }];
  const read = (sql: string) => ({ sql, unread: [], overrides });
  return { folder: ".", dialect: undefined, transactions, alone: "", files: [file], read };
}

import { resolve } from "node:path";
import { LockstepError } from "../base/errors.js";
import { handledElsewhere } from "../base/expected-errors.js";
import { committedText, prefixInRepository } from "../base/files/git.js";
import { checkingOf, isOf } from "../databases/checking-of.js";
import { readBaseline } from "../lint/baseline.js";
import { checkMigrations } from "../lint/check-migrations.js";
import { editedMigrations } from "../lint/edited-migrations.js";
import { type CheckFinding, fingerprintIn } from "../lint/finding.js";
import type { MigrationSet, RepositoryFiles } from "../lint/migration-set.js";
import { namedFiles } from "../lint/named-files.js";
import { withNamedInCode } from "../lint/named-in-code.js";
import type { CheckReport, NotLookedAt, WaivedFinding } from "../lint/report.js";
import { type Base, type Change, changesSince, findBase, repositoryFiles } from "../lint/repository.js";
import { withSeverities } from "../lint/severities.js";
import { waive, waiversIn } from "../lint/waivers.js";
import {
  allRules,
  type CheckSettings,
  configuredAbove,
  nearestSettings,
  serverOf,
  settingsAt,
  waiversOf,
} from "./check-settings.js";
import { type Invocation, textOption } from "./command.js";

/** What one run of `check` covers. */
interface Scope {
  readonly repository: RepositoryFiles;
  /** Migrations that the ORMs would run. */
  readonly sets: readonly MigrationSet[];
  /** Migrations that Lockstep cannot read. */
  readonly unsupported: readonly MigrationSet[];
  /** Other files named on the command line, one set each. */
  readonly others: readonly MigrationSet[];
  readonly isNamed: boolean;
  readonly base: Base | undefined;
  readonly changes: ReadonlyMap<string, Change>;
  readonly isChecked: (file: string) => boolean;
  readonly read: (file: string) => string | undefined;
}

/**
 * Checks the migrations of the repository around a folder.
 *
 * @throws LS8002 the configuration · LS8014 no base · LS8015 no migrations · LS8016 an invalid option, or an option that names no file ·
 *   the ORM's error if it has only migrations that Lockstep cannot read
 */
export async function checkReport(invocation: Invocation): Promise<CheckReport> {
  const { cwd, io } = invocation;
  // Compiles in parallel with the steps below.
  const loading = checkingOf();
  loading.catch(handledElsewhere);
  const own = await settingsAt(cwd);
  const scope = await scopeOf(invocation, own);
  const { repository, base, isNamed, isChecked, read } = scope;
  const today = io.now().toISOString().slice(0, 10);
  const findings: CheckFinding[] = [];
  const advice: CheckFinding[] = [];
  const notLookedAt: NotLookedAt[] = unsupportedIn(scope);
  const { plans, units } = await plansOf(cwd, repository, scope.sets);
  for (const plan of isNamed ? [] : plans) {
    // Load the checks that `doctor` uses only if there are plans.
    const { checkPlans } = await import("./check-plans.js");
    const checked = await checkPlans(cwd, plan, invocation);
    findings.push(...withSeverities(checked.findings, own.rules));
    notLookedAt.push(...checked.notLookedAt);
  }
  let [files, statements, ofPlans] = [0, 0, 0];
  const waived: WaivedFinding[] = [];
  for (const set of [...scope.sets, ...scope.others]) {
    const { folder, dialect } = set;
    const checked = set.files.filter(isChecked);
    const settings = await nearestSettings(cwd, set, own);
    const named = serverOf(textOption(invocation, "server") ?? settings.server?.toString());
    const checking = await checkingOf(dialect, named?.system);
    // Files named on the command line need no guess.
    const isGuessed = dialect === undefined && scope.sets.includes(set);
    if (checked.length > 0 && (checking === undefined || isGuessed))
      notLookedAt.push({ kind: "database", folder, dialect, files: checked.length });
    if (checking === undefined) continue;
    const told: CheckFinding[] = [];
    if (base !== undefined) {
      const texts = { now: read, before: (file: string) => committedText(cwd, file, base.commit) };
      told.push(...editedMigrations(set, scope.changes, base, texts));
    }
    if (checked.length > 0) {
      const server = named !== undefined && isOf(dialect, named.system) ? named.version : undefined;
      const isOneDeployment = base !== undefined;
      const judged = checkMigrations({ set, isChecked, isOneDeployment, read, units, checking, server });
      told.push(...(configuredAbove(cwd, set) ? judged.findings : judged.findings.map(beforeInit)), ...judged.advice);
      files += judged.files.length;
      statements += judged.statements;
      ofPlans += judged.files.filter((file) => units.has(file)).length;
    }
    const waivers = [...waiversOf(settings), ...checked.flatMap((file) => waiversIn(read(file) ?? "", file))];
    const left = waive(withSeverities(told, settings.rules), waivers, allRules, today);
    const ofMigrations = new Set(set.files);
    const isOfSet = (file: string) => ofMigrations.has(file);
    const found = left.findings.filter((each) => !isAdvice(each));
    findings.push(...(base === undefined ? found : withNamedInCode(found, repository, isOfSet)));
    if (invocation.options.advice === true || settings.advice === true) advice.push(...left.findings.filter(isAdvice));
    waived.push(...left.waived.map(waivedFinding));
  }
  const known = baselineOf(invocation, own);
  const folder = prefixInRepository(cwd);
  const shown = newOf(findings, folder, known);
  const isListed = isNamed || base !== undefined;
  return {
    folder,
    findings: isListed ? shown : shown.map(({ fix: _, ...finding }) => finding),
    advice: newOf(advice, folder, known),
    files,
    statements,
    ofPlans,
    fixed: 0,
    waived,
    inBaseline: findings.length - shown.length,
    base,
    isListed,
    notLookedAt,
    source: read,
  };
}

function unsupportedIn({ unsupported: sets, isChecked }: Scope): NotLookedAt[] {
  return sets.flatMap(({ folder, files, unsupported }) => {
    const added = files.filter(isChecked).length;
    return added === 0 ? [] : [{ kind: "unsupported", folder, files: added, why: unsupported?.message ?? "" }];
  });
}

const beforeInit = (finding: CheckFinding): CheckFinding =>
  finding.isRewritten ? { ...finding, needsInit: true } : finding;

/** @throws LS8014 · LS8015 · LS8016 as above */
async function scopeOf(invocation: Invocation, own: CheckSettings): Promise<Scope> {
  const { plugins, cwd, options, io } = invocation;
  const repository = await repositoryFiles(cwd);
  const all = (await Promise.all(plugins.map((plugin) => plugin.findMigrations(repository)))).flat();
  const sets = all.filter(({ unsupported }) => unsupported === undefined);
  const unsupported = all.filter((set) => !sets.includes(set));
  const typed = invocation.arguments.flatMap((file) => file ?? []);
  const named = typed.length > 0 ? namedFiles(typed, cwd, repository, sets) : undefined;
  const others = named?.sets ?? [];
  const packages = plugins.map(({ packageName }) => packageName).join(" and ");
  if (sets.length + others.length === 0)
    throw unsupported[0]?.unsupported ?? new LockstepError("LS8015", `${packages} finds no migrations below ${cwd}.`);
  const isAll = named !== undefined || options.all === true || options.writeBaseline !== undefined;
  const base = isAll ? undefined : findBase(cwd, textOption(invocation, "base") ?? own.base, io.env);
  // A merged migration has already run somewhere, so changing it would cause another error.
  if (options.fix === true && named === undefined && base === undefined)
    throw new LockstepError("LS8016", "--fix changes new migrations, but there is no base to find them.", {
      hint: "npx lockstep check --fix --base origin/main   # or name the files",
    });
  const changes = base === undefined ? new Map<string, Change>() : changesSince(cwd, base);
  return {
    repository,
    sets,
    unsupported,
    others,
    isNamed: named !== undefined,
    base,
    changes,
    isChecked: (file) => named?.files.has(file) ?? (base === undefined || changes.get(file) === "added"),
    read: (file) => named?.texts.get(file) ?? repository.read(file),
  };
}

/** Loads the plan readers only if the repository has plans. */
async function plansOf(cwd: string, repository: RepositoryFiles, sets: readonly MigrationSet[]) {
  const { paths, read } = repository;
  const isOfPlan = (file: string) => read(file)?.includes("Lockstep plan ") === true;
  if (!paths.some((path) => path.endsWith("/plan.json")) && !sets.some(({ files }) => files.some(isOfPlan)))
    return { plans: [], units: new Map<string, readonly string[]>() };
  const { ownUnits, plansIn } = await import("../lint/own-units.js");
  const plans = plansIn(cwd, repository, sets);
  return { plans, units: ownUnits(plans, read) };
}

/** Findings in the baseline. Empty if this run writes the baseline. @throws LS8016 an invalid baseline */
function baselineOf(invocation: Invocation, own: CheckSettings): ReadonlySet<string> {
  const file = textOption(invocation, "baseline") ?? own.baseline;
  if (file === undefined || invocation.options.writeBaseline !== undefined) return new Set();
  return readBaseline(resolve(invocation.cwd, file), file);
}

const waivedFinding = ({ rule, file, line, fingerprint, reason }: WaivedFinding): WaivedFinding => ({
  rule,
  file,
  line,
  fingerprint,
  reason,
});

const isAdvice = ({ severity }: CheckFinding) => severity === "advice";

/** Findings that the baseline does not contain, fingerprinted by their path in the repository. */
function newOf(all: readonly CheckFinding[], folder: string, known: ReadonlySet<string>): CheckFinding[] {
  return all
    .map((each) => ({ ...each, fingerprint: fingerprintIn(`${folder}${each.file}`, each) }))
    .filter(({ fingerprint }) => !known.has(fingerprint));
}

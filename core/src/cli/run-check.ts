import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { applyFixes } from "../check/apply-fixes.js";
import { readBaseline, writeBaseline } from "../check/baseline.js";
import { checkMigrations } from "../check/check-migrations.js";
import { editedMigrations } from "../check/edited-migrations.js";
import type { CheckFinding } from "../check/finding.js";
import type { MigrationSet, RepositoryFiles } from "../check/migration-set.js";
import { namedFiles } from "../check/named-files.js";
import { withNamedInCode } from "../check/named-in-code.js";
import { type CheckReport, hasErrors } from "../check/report.js";
import { changesSince, findBase, prefixOf, repositoryFiles } from "../check/repository.js";
import { checkRules } from "../check/rules/index.js";
import { type Waiver, waive, waiversIn } from "../check/waivers.js";
import { configFileOf, loadConfig } from "../config/load.js";
import type { LockstepConfig } from "../config/schema.js";
import { LockstepError } from "../errors.js";
import type { Format } from "../review/check/format.js";
import { formats } from "../review/check/formats/index.js";
import { consequence, saferLines } from "../review/check/words.js";
import { loadParser } from "../sql/postgres/parser.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";

type Settings = NonNullable<LockstepConfig["check"]>;

/**
 * Judges the migrations of the repository around a folder.
 *
 * @throws LS8002 the configuration · LS8014 no base · LS8015 no migrations, files or baseline · LS8016 an option that cannot be so
 */
export async function runCheck(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const id = textOption(invocation, "format") ?? "terminal";
  const format = formats.find((each) => each.id === id);
  if (format === undefined)
    throw new LockstepError("LS8016", `There is no format "${id}".`, {
      hint: `--format ${formats.map((each) => each.id).join(" | ")}`,
    });
  const found = await reportOf(invocation);
  const changes = invocation.options.fix === true ? applyFixes(found.findings, found.source) : [];
  if (invocation.options.dryRun === true) {
    const { dryRun } = await import("../review/diff.js");
    return { ...dryRun(changes, io.colors), exitCode: 0 };
  }
  for (const { file, after } of changes) writeFileSync(resolve(cwd, file), after ?? "");
  const fixed = found.findings.filter(({ fix }) => fix !== undefined).length;
  const report = changes.length === 0 ? found : { ...(await reportOf(invocation)), fixed };
  const context = { colors: io.colors, version: invocation.version ?? "0.0.0" };
  const output = textOption(invocation, "output");
  const write = (by: Format) => by.write(by.id === "terminal" ? report : fromTop(report, cwd), context);
  if (output !== undefined) writeOutput(resolve(cwd, output), output, `${write(format)}\n`);
  const shown = (output === undefined ? format : formats.find((each) => each.id === "terminal")) ?? format;
  return {
    text: write(shown),
    // Of thousands of findings it takes as long as the text.
    get json() {
      return jsonOf(report);
    },
    exitCode: hasErrors(report) ? 1 : 0,
  };
}

function writeOutput(path: string, shown: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    throw new LockstepError("LS8016", `${shown} cannot be written.`, {
      cause,
      hint: "Name another file with --output",
    });
  }
}

/** Other programs know files from the top of the repository; people type them from where they are. */
function fromTop(report: CheckReport, cwd: string): CheckReport {
  const prefix = prefixOf(cwd);
  if (prefix === "") return report;
  return { ...report, findings: report.findings.map((finding) => ({ ...finding, file: `${prefix}${finding.file}` })) };
}

async function reportOf(invocation: Invocation): Promise<CheckReport> {
  const { plugins, cwd, options, io } = invocation;
  // It is compiled beside of what follows.
  const loading = loadParser();
  loading.catch(() => undefined);
  const repository = await repositoryFiles(cwd);
  const sets = (await Promise.all(plugins.map((plugin) => plugin.findMigrations(repository)))).flat();
  const typed = invocation.arguments.flatMap((file) => file ?? []);
  const named = typed.length > 0 ? namedFiles(typed, cwd, repository, sets) : undefined;
  const all = [...sets, ...(named?.sets ?? [])];
  const packages = plugins.map(({ packageName }) => packageName).join(" and ");
  if (all.length === 0) throw new LockstepError("LS8015", `${packages} finds no migrations below ${cwd}.`);
  const own = await settingsAt(cwd);
  const isAll = named !== undefined || options.all === true || options.writeBaseline !== undefined;
  const base = isAll ? undefined : findBase(cwd, textOption(invocation, "base") ?? own.base, io.env);
  const changes = base === undefined ? undefined : changesSince(cwd, base);
  const isChecked = (file: string) =>
    named?.files.has(file) ?? (changes === undefined || changes.get(file) === "added");
  const read = (file: string) => named?.texts.get(file) ?? repository.read(file);
  const parser = await loading;
  const report = {
    findings: [] as CheckFinding[],
    fixed: 0,
    waived: 0,
    files: 0,
    statements: 0,
    skipped: [] as Skipped[],
  };
  const { plans, units } = await plansOf(cwd, repository);
  if (named === undefined)
    for (const each of plans) {
      // With what doctor is made of.
      const { checkPlans } = await import("./check-plans.js");
      const found = await checkPlans(cwd, each, plugins, io.env);
      report.findings.push(...found.filter(({ rule }) => own.rules?.[rule] !== "off"));
    }
  for (const set of all) {
    const checked = set.files.filter(isChecked);
    if (set.dialect !== undefined && set.dialect !== "postgresql") {
      if (checked.length > 0) report.skipped.push({ folder: set.folder, dialect: set.dialect, files: checked.length });
      continue;
    }
    const settings = await nearestSettings(cwd, set, own);
    const edited = base === undefined || changes === undefined ? [] : editedMigrations(set, changes, base);
    const severityOf = (rule: string) => settings.rules?.[rule];
    const findings = edited.filter(({ rule }) => severityOf(rule) !== "off");
    if (checked.length > 0) {
      const server = serverOf(textOption(invocation, "server")) ?? settings.server;
      const found = checkMigrations({
        set,
        isChecked,
        isOneDeployment: base !== undefined,
        read,
        units,
        parser,
        server,
        severityOf,
      });
      findings.push(...found.findings);
      report.files += found.files.length;
      report.statements += found.statements;
    }
    const waivers = [...configured(settings), ...checked.flatMap((file) => waiversIn(read(file) ?? "", file))];
    const ofMigrations = new Set(set.files);
    const told =
      base === undefined ? findings : withNamedInCode(findings, repository, (path) => ofMigrations.has(path));
    const { findings: left, waived } = waive(told, waivers, allRules, today(io.now()));
    report.findings.push(...left);
    report.waived += waived.length;
  }
  const isListed = named !== undefined || base !== undefined;
  // What is merged has run somewhere: a migration that is changed then is another error.
  if (!isListed && options.fix === true)
    throw new LockstepError("LS8016", "--fix changes new migrations, and nothing says which are new.", {
      hint: "Name the files, or a base: npx lockstep check --fix --base origin/main",
    });
  if (!isListed) report.findings = report.findings.map(({ fix: _, ...finding }) => finding);
  return { ...withBaseline(report, invocation, own), base, isListed, source: read };
}

/** Repositories without plans do not pay for what reads them. */
async function plansOf(cwd: string, { paths, read }: RepositoryFiles) {
  if (!paths.some((path) => path.endsWith("/plan.json")))
    return { plans: [], units: new Map<string, readonly string[]>() };
  const { ownUnits, plansIn } = await import("../check/own-units.js");
  const plans = plansIn(cwd, paths);
  return { plans, units: ownUnits(plans, read) };
}

type Skipped = CheckReport["skipped"][number];

/** Hides what the baseline has, or writes it. */
function withBaseline<R extends { readonly findings: readonly CheckFinding[] }>(
  report: R,
  invocation: Invocation,
  own: Settings,
): R & Pick<CheckReport, "inBaseline"> {
  const { cwd } = invocation;
  const written = textOption(invocation, "writeBaseline");
  if (written !== undefined) {
    writeBaseline(resolve(cwd, written), report.findings);
    return { ...report, findings: [], inBaseline: report.findings.length };
  }
  const file = textOption(invocation, "baseline") ?? own.baseline;
  if (file === undefined) return { ...report, inBaseline: 0 };
  const known = readBaseline(resolve(cwd, file), file);
  const findings = report.findings.filter(({ fingerprint }) => !known.has(fingerprint));
  return { ...report, findings, inBaseline: report.findings.length - findings.length };
}

/** The settings of the nearest configuration above a set: each package of a monorepo may have its own. */
async function nearestSettings(cwd: string, { folder }: MigrationSet, own: Settings): Promise<Settings> {
  for (let at = folder; at !== "." && at !== "/" && !at.startsWith(".."); at = posix.dirname(at))
    if (configFileOf(resolve(cwd, at)) !== undefined) return settingsAt(resolve(cwd, at));
  return own;
}

async function settingsAt(folder: string): Promise<Settings> {
  const { check = {} } = await loadConfig(folder);
  const named = [...Object.keys(check.rules ?? {}), ...(check.waivers ?? []).map(({ rule }) => rule)];
  const unknown = named.find((rule) => !allRules.has(rule));
  if (unknown === undefined) return check;
  throw new LockstepError("LS8002", `check: there is no rule "${unknown}".`, {
    hint: "npx lockstep explain lists them.",
  });
}

const allRules: ReadonlySet<string> = new Set(checkRules.map(({ id }) => id));

function configured({ waivers = [] }: Settings): Waiver[] {
  return waivers.map(({ rule, ...waiver }) => ({ ...waiver, rules: [rule] }));
}

function today(now: Date): string {
  return now.toISOString().slice(0, 10);
}

function serverOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const major = Number(/^(?:postgres(?:ql)?:)?(\d+)(?:\.\d+)*$/.exec(text)?.[1]);
  if (Number.isInteger(major) && major >= 9) return major;
  throw new LockstepError("LS8016", `"${text}" is no version of PostgreSQL.`, { hint: "For example: --server 15" });
}

function jsonOf(report: CheckReport): Readonly<Record<string, unknown>> {
  const { source: _, ...rest } = report;
  return {
    ok: !hasErrors(report),
    ...rest,
    findings: report.findings.map((finding) => ({
      ...finding,
      consequence: consequence(finding),
      safer: saferLines(finding),
    })),
  };
}

import { readFileSync, writeFileSync } from "node:fs";
import { posix, relative, resolve, sep } from "node:path";
import { checkMigrations } from "../check/check-migrations.js";
import type { CheckFinding } from "../check/finding.js";
import { fingerprint } from "../check/finding.js";
import type { MigrationSet, RepositoryFiles } from "../check/migration-set.js";
import { type CheckReport, hasErrors } from "../check/report.js";
import { type Base, changesSince, findBase, repositoryFiles } from "../check/repository.js";
import editedAfterMerge from "../check/rules/edited-after-merge.js";
import { LockstepError } from "../errors.js";
import { formats } from "../review/check/formats/index.js";
import { consequence, saferLines } from "../review/check/words.js";
import { loadParser } from "../sql/postgres/parser.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";

/**
 * Judges the migrations of the repository around a folder.
 *
 * @throws LS8010 an option that is not one · LS8014 no base · LS8015 no migrations
 */
export async function runCheck(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const named = textOption(invocation, "format") ?? "terminal";
  const format = formats.find(({ id }) => id === named);
  if (format === undefined)
    throw new LockstepError("LS8016", `There is no format "${named}".`, {
      hint: `--format ${formats.map(({ id }) => id).join(" | ")}`,
    });
  const report = await reportOf(invocation);
  const output = textOption(invocation, "output");
  const context = { colors: io.colors, version: invocation.version ?? "0.0.0" };
  const text = format.write(report, context);
  if (output !== undefined) writeFileSync(resolve(cwd, output), `${text}\n`);
  const shown = output === undefined ? format : formats.find(({ id }) => id === "terminal");
  return {
    text: shown === format ? text : (shown?.write(report, context) ?? ""),
    json: jsonOf(report),
    exitCode: hasErrors(report) ? 1 : 0,
  };
}

async function reportOf(invocation: Invocation): Promise<CheckReport> {
  const { plugins, cwd, options, io } = invocation;
  const files = invocation.arguments.flatMap((file) => file ?? []);
  const repository = repositoryFiles(cwd);
  const sets = (await Promise.all(plugins.map((plugin) => plugin.findMigrations(repository)))).flat();
  const asked = files.length > 0 ? namedFiles(files, cwd, repository, sets) : undefined;
  const all = [...sets, ...(asked?.sets ?? [])];
  const packages = plugins.map(({ packageName }) => packageName).join(" and ");
  if (all.length === 0) throw new LockstepError("LS8015", `${packages} finds no migrations below ${cwd}.`);
  const base =
    asked !== undefined || options.all === true ? undefined : findBase(cwd, textOption(invocation, "base"), io.env);
  const changes = base === undefined ? undefined : changesSince(cwd, base);
  const isChecked = (file: string) =>
    asked?.files.has(file) ?? (changes === undefined || changes.get(file) === "added");
  const parser = await loadParser();
  const report = {
    findings: [] as CheckFinding[],
    files: 0,
    statements: 0,
    skipped: [] as CheckReport["skipped"][number][],
  };
  const read = (file: string) => asked?.texts.get(file) ?? repository.read(file);
  for (const set of all) {
    const checked = set.files.filter(isChecked);
    if (set.dialect !== undefined && set.dialect !== "postgresql") {
      if (checked.length > 0) report.skipped.push({ folder: set.folder, dialect: set.dialect, files: checked.length });
      continue;
    }
    if (base !== undefined && changes !== undefined) report.findings.push(...changedFindings(set, changes, base));
    if (checked.length === 0) continue;
    const server = serverOf(textOption(invocation, "server"));
    const found = checkMigrations({ set, isChecked, read, parser, server, severityOf: () => undefined });
    report.findings.push(...found.findings);
    report.files += found.files.length;
    report.statements += found.statements;
  }
  return { ...report, base, source: read };
}

function serverOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const major = Number(/^(?:postgres(?:ql)?:)?(\d+)(?:\.\d+)*$/.exec(text)?.[1]);
  if (Number.isInteger(major) && major >= 9) return major;
  throw new LockstepError("LS8016", `"${text}" is no version of PostgreSQL.`, { hint: "For example: --server 15" });
}

/** Migrations of the base that the branch has changed or taken away. */
function changedFindings(set: MigrationSet, changes: ReturnType<typeof changesSince>, { name }: Base): CheckFinding[] {
  const folder = `${set.folder}/`;
  const own = new Set(set.files);
  return [...changes].flatMap(([file, change]): CheckFinding[] => {
    if (change === "added") return [];
    if (change === "edited" ? !own.has(file) : !(file.startsWith(folder) && looksLike(file, set))) return [];
    return [
      {
        rule: editedAfterMerge.id,
        severity: "error",
        file,
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: 1,
        sql: "",
        about: { kind: change, base: name },
        safer: { words: "take the change back, and write a new migration that does what is missing" },
        isRewritten: false,
        fingerprint: fingerprint(editedAfterMerge.id, file, "", 0),
      },
    ];
  });
}

/** A file that is gone is told by those that are there: by its name and ending. */
function looksLike(file: string, { files }: MigrationSet): boolean {
  const [first = ""] = files;
  const shape = (path: string) =>
    [posix.extname(path), path.split("/").length, /\d{13}/.test(posix.basename(path))].join();
  return shape(file) === shape(first);
}

interface Named {
  readonly files: ReadonlySet<string>;
  /** Those that are in no set. */
  readonly sets: readonly MigrationSet[];
  readonly texts: ReadonlyMap<string, string>;
}

/** The files that were named: of sets that were found, and any other as SQL of its own. */
function namedFiles(
  typed: readonly string[],
  cwd: string,
  { read }: RepositoryFiles,
  sets: readonly MigrationSet[],
): Named {
  const known = new Set(sets.flatMap(({ files }) => files));
  const texts = new Map<string, string>();
  const files = typed.map((each) => (each === "-" ? "stdin" : relative(cwd, resolve(cwd, each)).split(sep).join("/")));
  const others = files.filter((file) => !known.has(file));
  for (const file of others) {
    const text = file === "stdin" ? readFileSync(0, "utf8") : read(file);
    if (text === undefined) throw new LockstepError("LS8015", `${file} cannot be read.`);
    texts.set(file, text);
  }
  const alone = (file: string): MigrationSet => ({
    folder: posix.dirname(file),
    dialect: undefined,
    transactions: undefined,
    alone: " outside of a transaction",
    files: [file],
    read: (sql) => ({ sql, unread: [] }),
  });
  return { files: new Set(files), texts, sets: others.map(alone) };
}

function jsonOf(report: CheckReport): Readonly<Record<string, unknown>> {
  const { findings, files, statements, base, skipped } = report;
  return {
    ok: !hasErrors(report),
    base,
    files,
    statements,
    skipped,
    findings: findings.map((finding) => {
      const { safer, verdict, ...rest } = finding;
      return { ...rest, consequence: consequence(finding), safer: saferLines(finding), verdict };
    }),
  };
}

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { LockstepError } from "../base/errors.js";
import { type OutputFile, outputFile } from "../base/files/output-file.js";
import { refuseForeignFiles } from "../base/files/writable.js";
import { applyFixes } from "../lint/apply-fixes.js";
import { baselineText } from "../lint/baseline.js";
import type { CheckFinding } from "../lint/finding.js";
import { folded } from "../lint/fold.js";
import { type CheckReport, hasErrors } from "../lint/report.js";
import type { FileChange } from "../model/index.js";
import { migrationOf } from "../plan/migration-of.js";
import type { Format } from "../review/check/format.js";
import { formats } from "../review/check/formats/index.js";
import { consequence, saferLines } from "../review/check/messages.js";
import { listed } from "../review/listed.js";
import { checkReport } from "./check-report.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";
import { knownError } from "./known-error.js";

/**
 * Checks the migrations of the repository around a folder, applies the fixes that `--fix` allows, and reports the rest.
 *
 * @throws LS8002 the configuration · LS8014 no base · LS8015 no migrations · LS8016 an invalid option, or an option that names no file ·
 * LS3011 a fix outside the repository
 */
export async function runCheck(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const format = formatOf(invocation);
  if (invocation.options.dryRun === true && invocation.options.fix !== true)
    throw new LockstepError("LS8016", "--dry-run shows what --fix would write, but --fix is missing.", {
      hint: "npx lockstep check --fix --dry-run\n       npx lockstep check   # or without --fix, which writes nothing",
    });
  const [output, baseline] = [optionFile(invocation, "output"), optionFile(invocation, "writeBaseline")];
  const found = await checkReport(invocation);
  const fixes = invocation.options.fix === true ? applyFixes(found.findings, found.source) : [];
  if (invocation.options.fix === true && fixes.length === 0) io.err(nothingToFix(found));
  if (invocation.options.dryRun === true) {
    const { dryRun } = await import("./dry-run.js");
    return { ...dryRun(fixes, cwd, io.colors), text: "", exitCode: 0 };
  }
  const { changes, applied } = await withoutApplied(fixes, invocation);
  refuseForeignFiles(
    cwd,
    changes.map(({ file }) => file),
  );
  for (const { file, after } of changes) writeFileSync(resolve(cwd, file), after ?? "");
  const fixed = found.findings.filter(({ file, fix }) => fix !== undefined && !applied.includes(file)).length;
  const each = keptIn(baseline, changes.length === 0 ? found : { ...(await checkReport(invocation)), fixed });
  const report = { ...each, findings: folded(each.findings) };
  const context = { colors: io.colors, version: invocation.version ?? "0.0.0" };
  const write = (by: Format) => by.write(by.id === "terminal" ? report : fromTop(report), context);
  output?.write(`${write(format)}\n`);
  const shown = (output === undefined ? format : formats.find((each) => each.id === "terminal")) ?? format;
  return {
    text: write(shown),
    isCommands: shown.isCommands,
    // With thousands of findings, building it takes as long as the text.
    get json() {
      return jsonOf(report);
    },
    exitCode: hasErrors(report) ? 1 : 0,
  };
}

function nothingToFix({ findings }: CheckReport): string {
  if (findings.length === 0) return "Nothing to fix.";
  return `Nothing was fixed: --fix replaces only whole statements that have one safe form, in SQL files whose migrations run outside a transaction. To see what to change by hand: npx lockstep check`;
}

/**
 * Excludes migrations that the development database has applied: if one changes, the ORM asks to reset the database with its data. If the
 * database is unreachable, prints a warning.
 */
async function withoutApplied(
  fixes: readonly FileChange[],
  invocation: Invocation,
): Promise<{ readonly changes: readonly FileChange[]; readonly applied: readonly string[] }> {
  if (fixes.length === 0) return { changes: fixes, applied: [] };
  const { io } = invocation;
  const warn = (text: string) => io.err(`  ${io.colors.yellow("!")} ${text}`);
  try {
    const names = await developmentHas(invocation);
    const applied = fixes.map(({ file }) => file).filter((file) => names.includes(migrationOf(file)));
    for (const file of applied)
      warn(
        `${file} has run on the development database and is not changed: the ORM would require a reset of that database, with its data. Waive it with check.waivers in lockstep.config.ts, or revert it there first.`,
      );
    return { changes: fixes.filter(({ file }) => !applied.includes(file)), applied };
  } catch (error) {
    const known = knownError(error);
    if (!(known instanceof LockstepError)) throw error;
    const files = listed(fixes.map(({ file }) => file));
    warn(
      `Lockstep could not check whether the development database has run ${files}: ${known.message} If it has, the ORM will require a reset, which deletes its data.`,
    );
    return { changes: fixes, applied: [] };
  }
}

/** @throws LS8004 the database is unreachable · errors of opening the project */
async function developmentHas(invocation: Invocation): Promise<readonly string[]> {
  const workspace = await invocation.workspace();
  const { developmentUrl } = workspace.project;
  if (developmentUrl === undefined) throw new LockstepError("LS8004", "Its URL is not available here.");
  const { appliedNames } = await import("./applied-names.js");
  return appliedNames(developmentUrl, workspace);
}

/** @throws LS8016 no such format */
function formatOf(invocation: Invocation): Format {
  const id = textOption(invocation, "format") ?? "terminal";
  const format = formats.find((each) => each.id === id);
  if (format !== undefined) return format;
  throw new LockstepError("LS8016", `There is no format "${id}".`, {
    hint: `--format ${formats.map((each) => each.id).join(" | ")}`,
  });
}

/** Findings written to the baseline are not reported. */
function keptIn(baseline: OutputFile | undefined, report: CheckReport): CheckReport {
  if (baseline === undefined) return report;
  const all = [...report.findings, ...report.advice];
  baseline.write(baselineText(all));
  return { ...report, findings: [], advice: [], inBaseline: all.length };
}

/** @throws LS8016 the file cannot be written */
function optionFile(invocation: Invocation, name: "output" | "writeBaseline"): OutputFile | undefined {
  const file = textOption(invocation, name);
  const option = name === "output" ? "--output" : "--write-baseline";
  return file === undefined ? undefined : outputFile(invocation.cwd, file, option, true);
}

/** Makes paths relative to the repository's root, as other programs expect. People type them relative to their folder. */
function fromTop(report: CheckReport): CheckReport {
  const { folder, findings, advice, waived } = report;
  if (folder === "") return report;
  const named = <T extends { readonly file: string }>(each: T): T => ({ ...each, file: `${folder}${each.file}` });
  return { ...report, findings: findings.map(named), advice: advice.map(named), waived: waived.map(named) };
}

function jsonOf(report: CheckReport): Readonly<Record<string, unknown>> {
  const { source: _, ...rest } = report;
  const inWords = (finding: CheckFinding) => ({
    ...finding,
    consequence: consequence(finding),
    safer: saferLines(finding),
  });
  return {
    ok: !hasErrors(report),
    ...rest,
    findings: report.findings.map(inWords),
    advice: report.advice.map(inWords),
  };
}

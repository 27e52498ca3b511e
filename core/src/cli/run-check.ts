import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { applyFixes } from "../check/apply-fixes.js";
import { baselineText } from "../check/baseline.js";
import { type CheckReport, hasErrors } from "../check/report.js";
import { LockstepError } from "../errors.js";
import { type OutputFile, outputFile } from "../files/output-file.js";
import { refuseForeignFiles } from "../files/writable.js";
import type { Format } from "../review/check/format.js";
import { formats } from "../review/check/formats/index.js";
import { consequence, saferLines } from "../review/check/words.js";
import { checkReport } from "./check-report.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";

/**
 * Judges the migrations of the repository around a folder, mends what `--fix` may, and tells the rest.
 *
 * @throws LS8002 the configuration · LS8014 no base · LS8015 no migrations · LS8016 an option that cannot be so, or names no file · LS3011 a
 * fix outside of the repository
 */
export async function runCheck(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const format = formatOf(invocation);
  if (invocation.options.dryRun === true && invocation.options.fix !== true)
    throw new LockstepError("LS8016", "--dry-run shows what --fix would write, and there is no --fix.", {
      hint: "npx lockstep check --fix --dry-run, or npx lockstep check, which writes nothing",
    });
  const [output, baseline] = [optionFile(invocation, "output"), optionFile(invocation, "writeBaseline")];
  const found = await checkReport(invocation);
  const changes = invocation.options.fix === true ? applyFixes(found.findings, found.source) : [];
  if (invocation.options.dryRun === true) {
    const { dryRun } = await import("../review/diff.js");
    return { ...dryRun(changes, io.colors), exitCode: 0 };
  }
  refuseForeignFiles(
    cwd,
    changes.map(({ file }) => file),
  );
  for (const { file, after } of changes) writeFileSync(resolve(cwd, file), after ?? "");
  const fixed = found.findings.filter(({ fix }) => fix !== undefined).length;
  const report = keptIn(baseline, changes.length === 0 ? found : { ...(await checkReport(invocation)), fixed });
  const context = { colors: io.colors, version: invocation.version ?? "0.0.0" };
  const write = (by: Format) => by.write(by.id === "terminal" ? report : fromTop(report), context);
  output?.write(`${write(format)}\n`);
  const shown = (output === undefined ? format : formats.find((each) => each.id === "terminal")) ?? format;
  return {
    text: write(shown),
    isCommands: shown.isCommands,
    // Of thousands of findings it takes as long as the text.
    get json() {
      return jsonOf(report);
    },
    exitCode: hasErrors(report) ? 1 : 0,
  };
}

/** @throws LS8016 where there is no such format */
function formatOf(invocation: Invocation): Format {
  const id = textOption(invocation, "format") ?? "terminal";
  const format = formats.find((each) => each.id === id);
  if (format !== undefined) return format;
  throw new LockstepError("LS8016", `There is no format "${id}".`, {
    hint: `--format ${formats.map((each) => each.id).join(" | ")}`,
  });
}

/** What is written to the baseline is told no more. */
function keptIn(baseline: OutputFile | undefined, report: CheckReport): CheckReport {
  if (baseline === undefined) return report;
  baseline.write(baselineText(report.findings));
  return { ...report, findings: [], inBaseline: report.findings.length };
}

/** @throws LS8016 where it cannot be written */
function optionFile(invocation: Invocation, name: "output" | "writeBaseline"): OutputFile | undefined {
  const file = textOption(invocation, name);
  const option = name === "output" ? "--output" : "--write-baseline";
  return file === undefined ? undefined : outputFile(invocation.cwd, file, option, true);
}

/** Other programs know files from the top of the repository; people type them from where they are. */
function fromTop(report: CheckReport): CheckReport {
  const { folder, findings } = report;
  if (folder === "") return report;
  return { ...report, findings: findings.map((finding) => ({ ...finding, file: `${folder}${finding.file}` })) };
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

import type { Finding, FindingLevel } from "../dialect/check.js";
import type { CheckAnswer } from "../operate/doctor/run-checks.js";
import type { Colors } from "./colors.js";
import { counted } from "./counted.js";
import { nextText } from "./terminal.js";

/** Everything that `lockstep doctor` found. */
export interface Examination {
  readonly answers: readonly CheckAnswer[];
  readonly targets: readonly {
    readonly name: string;
    /** `host:port/database`. Undefined if the target was unreachable. */
    readonly label?: string;
    readonly error?: string;
    readonly next?: string;
  }[];
  /** What to do when there are no problems. */
  readonly go: string;
}

export interface DoctorVerdict {
  readonly problems: number;
  readonly warnings: number;
  readonly ok: number;
  readonly next: string;
  readonly exitCode: 0 | 1 | 3;
}

/** Warnings leave the exit code at 0, so that a pipeline continues. An unreachable target is an error. */
export function doctorVerdict({ answers, targets, go }: Examination): DoctorVerdict {
  const findings = answers.flatMap((answer) => answer.findings);
  const count = (level: FindingLevel) => findings.filter((finding) => finding.level === level).length;
  const unreached = targets.filter((target) => target.error !== undefined);
  const problems = count("problem") + unreached.length;
  const worst =
    findings.find(({ level, next }) => level === "problem" && next !== undefined)?.next ??
    unreached[0]?.next ??
    findings.find(({ level, next }) => level === "warning" && next !== undefined)?.next;
  return {
    problems,
    warnings: count("warning"),
    ok: count("ok"),
    next: worst ?? go,
    exitCode: unreached.length > 0 ? 3 : problems > 0 ? 1 : 0,
  };
}

/** Findings grouped by target, the worst first. Passed checks are a count, unless `isVerbose`. */
export function doctorText(examination: Examination, colors: Colors, isVerbose: boolean): string {
  const { answers, targets } = examination;
  const width = Math.max(...answers.map((answer) => answer.check.length));
  const group = (title: string, own: readonly CheckAnswer[], error?: { error?: string; next?: string }) => [
    colors.bold(title),
    ...(error?.error === undefined ? [] : [`  ${colors.red("✖")} cannot be reached: ${error.error}`]),
    ...lines(own, width, colors, isVerbose),
    "",
  ];
  const verdict = doctorVerdict(examination);
  const counts = [
    verdict.problems > 0 ? colors.red(counted(verdict.problems, "problem")) : "no problems",
    verdict.warnings > 0 ? colors.yellow(counted(verdict.warnings, "warning")) : "no warnings",
    `${verdict.ok} passed`,
  ].join(", ");
  return [
    ...group(
      "Project",
      answers.filter((answer) => answer.target === undefined),
    ),
    ...targets.flatMap((target) =>
      group(
        target.label === undefined ? target.name : `${target.name}   ${colors.dim(target.label)}`,
        answers.filter((answer) => answer.target === target.name),
        target,
      ),
    ),
    `${verdict.problems > 0 ? colors.red("✖") : colors.green("✔")} ${counts}`,
    nextText(verdict.next, colors),
  ].join("\n");
}

function lines(answers: readonly CheckAnswer[], width: number, colors: Colors, isVerbose: boolean): string[] {
  const findings = answers.flatMap(({ check, findings: own }) => own.map((finding) => ({ check, finding })));
  const at = (level: FindingLevel) => findings.filter(({ finding }) => finding.level === level);
  const told = [...at("problem"), ...at("warning"), ...(isVerbose ? at("ok") : [])];
  const silent = at("ok").length;
  return [
    ...told.flatMap(({ check, finding }) => findingLines(check.padEnd(width), finding, colors)),
    ...(isVerbose || silent === 0 ? [] : [`  ${colors.green("✔")} ${colors.dim(`${silent} passed`)}`]),
  ];
}

function findingLines(check: string, { level, what, why, next }: Finding, colors: Colors): string[] {
  const mark = { problem: colors.red("✖"), warning: colors.yellow("!"), ok: colors.green("✔") }[level];
  const indent = " ".repeat(check.length + 6);
  return [
    `  ${mark} ${level === "ok" ? colors.dim(check) : check}  ${what.replaceAll("\n", `\n${indent}`)}`,
    ...(why === undefined ? [] : [`${indent}${colors.dim(why)}`]),
    ...(next === undefined ? [] : [`${indent}${colors.cyan("→")} ${next.replaceAll("\n", `\n${indent}  `)}`]),
  ];
}

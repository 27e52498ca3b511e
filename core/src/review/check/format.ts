import type { CheckReport } from "../../lint/report.js";
import type { Colors } from "../colors.js";
import { inLine } from "../printable.js";

/** What a format may show besides the report. */
export interface FormatContext {
  readonly colors: Colors;
  readonly version: string;
}

/** One output format of `check`: the default export of one file in `formats/`. */
export interface Format {
  /** As typed: `--format sarif`. */
  readonly id: string;
  readonly summary: string;
  /** Its text consists of workflow commands, which a CI server interprets: names cannot add to them. */
  readonly isCommands?: true;
  write(report: CheckReport, context: FormatContext): string;
}

export function defineFormat(format: Format): Format {
  return format;
}

/** A line-based format for people: every name in the report is one line, whatever it contains. */
export function defineTextFormat(format: Format): Format {
  return { ...format, write: (report, context) => format.write(inLines(report), context) };
}

function inLines(report: CheckReport): CheckReport {
  const { findings, advice, folder, notLookedAt, base } = report;
  const files = new Map(findings.map(({ file }) => [inLine(file), file]));
  return {
    ...report,
    ...named({ findings, advice, folder, notLookedAt, base }),
    source: (file) => report.source(files.get(file) ?? file),
  };
}

/** Statements keep their line breaks: formats show them as blocks, or join the lines. */
const statements = new Set(["sql", "fix"]);

function named<T>(value: T): T {
  if (typeof value === "string") return inLine(value) as T;
  if (Array.isArray(value)) return value.map((each) => named<unknown>(each)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, statements.has(key) ? each : named<unknown>(each)]),
  ) as T;
}

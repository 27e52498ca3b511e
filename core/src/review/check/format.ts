import type { CheckReport } from "../../check/report.js";
import type { Colors } from "../colors.js";

/** What a format may show beside the report. */
export interface FormatContext {
  readonly colors: Colors;
  readonly version: string;
}

/** One way to write the answer of `check`: one file of `formats/`, its default export. */
export interface Format {
  /** As typed: `--format sarif`. */
  readonly id: string;
  readonly summary: string;
  write(report: CheckReport, context: FormatContext): string;
}

export function defineFormat(format: Format): Format {
  return format;
}

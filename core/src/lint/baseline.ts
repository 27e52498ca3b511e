import { existsSync, readFileSync } from "node:fs";
import { LockstepError } from "../base/errors.js";
import type { CheckFinding } from "./finding.js";

/** The fingerprints of the findings from when a repository started to use `check`. */
export type Baseline = ReadonlySet<string>;

/** @throws LS8016 if the file does not exist or is not a baseline */
export function readBaseline(path: string, shown: string): Baseline {
  if (!existsSync(path))
    throw new LockstepError("LS8016", `The baseline ${shown} does not exist.`, {
      hint: `npx lockstep check --all --write-baseline ${shown}`,
    });
  try {
    const { findings } = JSON.parse(readFileSync(path, "utf8")) as { findings: readonly { fingerprint: string }[] };
    return new Set(findings.map(({ fingerprint }) => fingerprint));
  } catch (cause) {
    throw new LockstepError("LS8016", `${shown} is not a baseline.`, {
      cause,
      hint: `npx lockstep check --all --write-baseline ${shown}`,
    });
  }
}

/** The baseline as text: one line per finding, in a stable order, so that git can merge it. */
export function baselineText(findings: readonly CheckFinding[]): string {
  const lines = findings
    .map(({ fingerprint, rule, file }) => JSON.stringify({ fingerprint, rule, file }))
    .sort((a, b) => (a < b ? -1 : 1));
  return `{"version":1,"findings":[\n${lines.join(",\n")}\n]}\n`;
}

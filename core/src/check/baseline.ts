import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LockstepError } from "../errors.js";
import type { CheckFinding } from "./finding.js";

/** The fingerprints of what was there when a repository began to check. */
export type Baseline = ReadonlySet<string>;

/** @throws LS8015 when there is none · LS8016 when it is no baseline */
export function readBaseline(path: string, shown: string): Baseline {
  if (!existsSync(path))
    throw new LockstepError("LS8015", `There is no baseline ${shown}.`, {
      hint: `npx lockstep check --all --write-baseline ${shown}`,
    });
  try {
    const { findings } = JSON.parse(readFileSync(path, "utf8")) as { findings: readonly { fingerprint: string }[] };
    return new Set(findings.map(({ fingerprint }) => fingerprint));
  } catch (cause) {
    throw new LockstepError("LS8016", `${shown} is no baseline.`, {
      cause,
      hint: `npx lockstep check --all --write-baseline ${shown}`,
    });
  }
}

/** Keeps what was found: one line a finding, in a stable order, so that it merges. */
export function writeBaseline(path: string, findings: readonly CheckFinding[]): void {
  const lines = findings
    .map(({ fingerprint, rule, file }) => JSON.stringify({ fingerprint, rule, file }))
    .sort((a, b) => (a < b ? -1 : 1));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `{"version":1,"findings":[\n${lines.join(",\n")}\n]}\n`);
}

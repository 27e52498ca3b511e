import type { Severity } from "../config/check-severities.js";
import type { CheckFinding } from "./finding.js";

/** Findings as the configuration wants them told; those of rules that are off are left out. */
export function withSeverities(
  findings: readonly CheckFinding[],
  severities: Readonly<Record<string, Severity>> = {},
): CheckFinding[] {
  return findings.flatMap((finding) => {
    const severity = severities[finding.rule] ?? finding.severity;
    return severity === "off" ? [] : [{ ...finding, severity }];
  });
}

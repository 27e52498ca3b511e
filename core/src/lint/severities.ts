import type { Severity } from "../config/check-severities.js";
import type { CheckFinding } from "./finding.js";

/** Findings as the configuration wants them told; those of rules that are off are left out. */
export function withSeverities(
  findings: readonly CheckFinding[],
  severities: Readonly<Record<string, Severity>> = {},
): CheckFinding[] {
  return findings.flatMap((finding) => {
    const wanted = severities[finding.rule];
    // Advice may be left out, and is never more.
    const severity = finding.severity === "advice" && wanted !== "off" ? "advice" : (wanted ?? finding.severity);
    return severity === "off" ? [] : [{ ...finding, severity }];
  });
}

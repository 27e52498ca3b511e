import type { Severity } from "../config/check-severities.js";
import type { CheckFinding } from "./finding.js";

/** Findings with the configured severities, without those of disabled rules. */
export function withSeverities(
  findings: readonly CheckFinding[],
  severities: Readonly<Record<string, Severity>> = {},
): CheckFinding[] {
  return findings.flatMap((finding) => {
    const wanted = severities[finding.rule];
    // Advice can be turned off, but never raised.
    const severity = finding.severity === "advice" && wanted !== "off" ? "advice" : (wanted ?? finding.severity);
    return severity === "off" ? [] : [{ ...finding, severity }];
  });
}

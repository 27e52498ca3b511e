import { printableJson } from "../../printable.js";
import { defineFormat } from "../format.js";
import { consequence, saferLines } from "../messages.js";

const severities = { error: "critical", warning: "minor", advice: "info" } as const;

/** A code quality report of GitLab, https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. */
export default defineFormat({
  id: "gitlab",
  summary: "GitLab code quality report",

  write: ({ findings, advice, waived }) =>
    printableJson([
      ...[...findings, ...advice].map((finding) => ({
        description: `${consequence(finding)}. Safer: ${saferLines(finding).join(" ")}`,
        check_name: finding.rule,
        fingerprint: finding.fingerprint,
        severity: severities[finding.severity],
        location: { path: finding.file, lines: { begin: finding.line, end: finding.endLine } },
      })),
      ...waived.map(({ rule, file, line, fingerprint, reason }) => ({
        description: `Waived: ${reason}`,
        check_name: rule,
        fingerprint,
        severity: "info",
        location: { path: file, lines: { begin: line, end: line } },
      })),
    ]),
});

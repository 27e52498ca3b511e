import { printableJson } from "../../printable.js";
import { defineFormat } from "../format.js";
import { consequence, saferLines } from "../words.js";

/** A code quality report of GitLab, https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. */
export default defineFormat({
  id: "gitlab",
  summary: "a code quality report of GitLab",

  write: ({ findings }) =>
    printableJson(
      findings.map((finding) => ({
        description: `${consequence(finding)}. Safer: ${saferLines(finding).join(" ")}`,
        check_name: finding.rule,
        fingerprint: finding.fingerprint,
        severity: finding.severity === "error" ? "critical" : "minor",
        location: { path: finding.file, lines: { begin: finding.line, end: finding.endLine } },
      })),
    ),
});

import type { Log, ReportingDescriptor, Result } from "sarif";
import type { CheckRule } from "../../../check/check-rule.js";
import type { CheckFinding } from "../../../check/finding.js";
import { checkRules } from "../../../check/rules/index.js";
import { defineFormat } from "../format.js";
import { consequence, saferLines } from "../words.js";

/** SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/: code scanning of GitHub and others, and editors. */
export default defineFormat({
  id: "sarif",
  summary: "SARIF 2.1.0, for code scanning and editors",

  write({ findings }, { version }) {
    const used = new Set(findings.map(({ rule }) => rule));
    const rules = checkRules.filter(({ id }) => used.has(id));
    const document: Log = {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "Lockstep", semanticVersion: version, rules: rules.map(descriptor) } },
          columnKind: "utf16CodeUnits",
          results: findings.map((finding) => result(finding, rules)),
        },
      ],
    };
    return JSON.stringify(document, null, 2);
  },
});

function descriptor({ id, summary, background, severity }: CheckRule): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: background },
    help: { text: background, markdown: background },
    defaultConfiguration: { level: severity === "error" ? "error" : "warning" },
  };
}

function result(finding: CheckFinding, rules: readonly CheckRule[]): Result {
  const { line, column, endLine, endColumn } = finding;
  return {
    ruleId: finding.rule,
    ruleIndex: rules.findIndex(({ id }) => id === finding.rule),
    level: finding.severity,
    message: { text: `${sentence(consequence(finding))} Safer: ${saferLines(finding).join("\n")}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(finding.file), uriBaseId: "%SRCROOT%" },
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
      },
    ],
    partialFingerprints: { "lockstep/v1": finding.fingerprint },
    ...(finding.verdict === undefined ? {} : { properties: { verdict: finding.verdict } }),
  };
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

import type { Location, Log, ReportingDescriptor, Result, Fix as SarifFix } from "sarif";
import type { AlsoAt, CheckFinding, Fix } from "../../../lint/finding.js";
import type { WaivedFinding } from "../../../lint/report.js";
import { type Advice, advices } from "../../../rules/advice.js";
import { reportedRules } from "../../../rules/index.js";
import type { ReportedRule } from "../../../rules/rule.js";
import { printableJson } from "../../printable.js";
import { defineFormat } from "../format.js";
import { consequence, notLookedAtWords, saferLines } from "../messages.js";

/** SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/: code scanning of GitHub and others, and editors. */
export default defineFormat({
  id: "sarif",
  summary: "SARIF 2.1.0, for code scanning and editors",

  write(report, { version }) {
    const findings = [...report.findings, ...report.advice];
    const notices = notLookedAtWords(report).map((text) => ({ level: "note" as const, message: { text } }));
    const used = new Set(findings.map(({ rule }) => rule));
    const rules = [...reportedRules.map(descriptor), ...advices.map(adviceDescriptor)].filter(({ id }) => used.has(id));
    const document: Log = {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "Lockstep", semanticVersion: version, rules } },
          columnKind: "utf16CodeUnits",
          ...(notices.length === 0
            ? {}
            : { invocations: [{ executionSuccessful: true, toolExecutionNotifications: notices }] }),
          results: [...findings.map((finding) => result(finding, rules)), ...report.waived.map(suppressed)],
        },
      ],
    };
    return printableJson(document);
  },
});

function descriptor({ id, summary, background, severity }: ReportedRule): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: background },
    help: { text: background, markdown: background },
    defaultConfiguration: { level: severity === "error" ? "error" : "warning" },
  };
}

function adviceDescriptor({ id, summary }: Pick<Advice, "id" | "summary">): ReportingDescriptor {
  return { id, shortDescription: { text: `Advice: ${summary}` }, defaultConfiguration: { level: "note" } };
}

function result(finding: CheckFinding, rules: readonly ReportingDescriptor[]): Result {
  const { file, also = [] } = finding;
  return {
    ruleId: finding.rule,
    ruleIndex: rules.findIndex(({ id }) => id === finding.rule),
    level: finding.severity === "advice" ? "note" : finding.severity,
    message: { text: `${sentence(consequence(finding))} Safer: ${saferLines(finding).join("\n")}` },
    locations: [placeIn(file, finding)],
    ...(also.length === 0 ? {} : { relatedLocations: also.map((each) => placeIn(file, each)) }),
    ...(finding.fix === undefined ? {} : { fixes: [fixOf(finding, finding.fix)] }),
    partialFingerprints: { "lockstep/v1": finding.fingerprint },
    ...(finding.verdict === undefined ? {} : { properties: { verdict: finding.verdict } }),
  };
}

function placeIn(file: string, { line, column, endLine, endColumn }: AlsoAt): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(file), uriBaseId: "%SRCROOT%" },
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
  };
}

/** Code scanning closes it, with the reason. */
function suppressed({ rule, file, line, fingerprint, reason }: WaivedFinding): Result {
  const artifactLocation = { uri: encodeURI(file), uriBaseId: "%SRCROOT%" };
  return {
    ruleId: rule,
    level: "note",
    message: { text: `Waived: ${reason}` },
    locations: [{ physicalLocation: { artifactLocation, region: { startLine: line } } }],
    suppressions: [{ kind: "inSource", justification: reason }],
    partialFingerprints: { "lockstep/v1": fingerprint },
  };
}

/** Offsets in SARIF are those of the file: `columnKind` is UTF-16. */
function fixOf({ file, safer }: CheckFinding, { start, end, text }: Fix): SarifFix {
  const replacement = { deletedRegion: { charOffset: start, charLength: end - start }, insertedContent: { text } };
  return {
    description: { text: safer.words },
    artifactChanges: [
      { artifactLocation: { uri: encodeURI(file), uriBaseId: "%SRCROOT%" }, replacements: [replacement] },
    ],
  };
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

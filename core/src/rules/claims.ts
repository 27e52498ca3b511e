import type { Concern, Operation, OperationKind } from "../model/index.js";
import { reportedRules } from "./index.js";
import notUnderstood from "./not-understood.js";
import type { ReportedRule } from "./rule.js";

/** The concerns of a statement's verdict by the one rule that claims each. Unclaimed concerns are reported too. */
export function claimed(operation: Operation, concerns: readonly Concern[]): Map<ReportedRule, Concern[]> {
  const parts = new Map<ReportedRule, Concern[]>();
  const rules = rulesOf(operation.kind);
  for (const concern of concerns) {
    const rule =
      rules.find((each) => each.claims?.(concern, operation)) ?? rules.find(({ claims }) => !claims) ?? unclaimed;
    parts.set(rule, [...(parts.get(rule) ?? []), concern]);
  }
  return parts;
}

const unclaimed = notUnderstood as ReportedRule;
const byKind = new Map<OperationKind, readonly ReportedRule[]>();

/** Rules that claim one concern of any statement come first. */
function rulesOf(kind: OperationKind): readonly ReportedRule[] {
  const known = byKind.get(kind);
  if (known !== undefined) return known;
  const every = reportedRules.filter(({ on }) => on === "every");
  const own = reportedRules.filter(({ on }) => on !== "every" && on.includes(kind));
  const rules = [...every, ...own];
  byKind.set(kind, rules);
  return rules;
}

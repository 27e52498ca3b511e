import type { GateAnswer } from "../gates/gate.js";
import { listed } from "../review/listed.js";
import type { Target } from "./targets.js";

type Answer = GateAnswer & { readonly target: string };

/** Merges equal answers from targets of one group into one answer, with the names and the number of the targets. */
export function inOneLine(
  answers: readonly Answer[],
  members: readonly Pick<Target, "name" | "group">[],
): readonly Answer[] {
  const groups = new Map(members.map(({ name, group = "" }) => [name, group]));
  const lines = new Map<string, Answer[]>();
  for (const answer of answers) {
    const group = groups.get(answer.target);
    const text = (said: string | undefined) => (group === undefined ? said : said?.replaceAll(answer.target, group));
    const same = JSON.stringify([
      group ?? answer.target,
      answer.gate,
      answer.isOpen,
      answer.subject,
      text(answer.statement),
      text(answer.help),
    ]);
    lines.set(same, [...(lines.get(same) ?? []), answer]);
  }
  return [...lines.values()].map((same) => {
    const [first] = same as [Answer];
    const group = groups.get(first.target);
    if (group === undefined || same.length === 1) return first;
    const names = same.map(({ target }) => target.slice(group.length + 1));
    return {
      ...first,
      target: group,
      statement: `${first.statement.replaceAll(first.target, group)} — ${same.length} of ${group}: ${listed(names, 3)}`,
      ...(first.help !== undefined && { help: first.help.replaceAll(first.target, group) }),
    };
  });
}

import type { GateAnswer } from "./gate.js";

/**
 * Merges equal answers about several columns into one that names all of them, so that ten columns do not print thirty lines.
 *
 * @example `No row of "A"."x" … lacks a value`, the same of "A"."y" → `No row of "A"."x", "A"."y" … lacks a value`
 */
export function mergeAnswers(answers: readonly GateAnswer[]): readonly GateAnswer[] {
  const groups = new Map<string, GateAnswer[]>();
  for (const answer of answers) {
    const same = JSON.stringify([answer.gate, answer.isOpen, pattern(answer), answer.help]);
    groups.set(same, [...(groups.get(same) ?? []), answer]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [GateAnswer];
    if (first.subject === undefined) return first;
    const subject = [...new Set(group.map((answer) => answer.subject))].join(", ");
    const writers = group.flatMap((answer) => answer.writers ?? []);
    const { unconfirmed } = first;
    return {
      ...first,
      subject,
      statement: pattern(first).join(subject),
      ...(unconfirmed !== undefined && { unconfirmed: unconfirmed.split(first.subject).join(subject) }),
      ...(writers.length > 0 && { writers }),
    };
  });
}

/** The parts of the statement around its column. */
function pattern({ statement, subject }: GateAnswer): readonly string[] {
  return subject === undefined ? [statement] : statement.split(subject);
}

import { type Check, type Finding, type ProjectFacts, type TargetFacts, warning } from "../../dialect/check.js";
import { errorCode } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";

/** The result of one check. */
export interface CheckAnswer {
  readonly check: string;
  readonly title: string;
  /** The target's name; undefined for the project. */
  readonly target?: string;
  readonly findings: readonly Finding[];
}

/** Longer than any of these queries takes on a catalog of ten thousand tables. */
const limits = { statementTimeoutMs: 15_000, lockTimeoutMs: 2_000 };

/** Runs every check of the project, one after the other. */
export async function runProjectChecks(checks: readonly Check[], facts: ProjectFacts): Promise<CheckAnswer[]> {
  const answers: CheckAnswer[] = [];
  for (const check of checks)
    if (check.on === "project") answers.push(await answerOf(check, undefined, () => check.run(facts)));
  return answers;
}

/** Runs every check of one target. Each has a read-only transaction, so no check can change anything or break the next one. */
export async function runTargetChecks(checks: readonly Check[], facts: TargetFacts): Promise<CheckAnswer[]> {
  const answers: CheckAnswer[] = [];
  for (const check of checks) {
    if (check.on === "server") answers.push(...(await runTargetChecks(await check.checks(facts), facts)));
    if (check.on !== "target") continue;
    const run = () => check.run(facts);
    const asked = check.isAlone ? run : () => inTransaction(facts.connection, { isReadOnly: true, limits }, run);
    answers.push(await answerOf(check, facts.target, asked));
  }
  return answers;
}

/** A check that cannot run reports that, and the others still run. */
async function answerOf(
  check: Check,
  target: string | undefined,
  ask: () => Promise<readonly Finding[]>,
): Promise<CheckAnswer> {
  const base = { check: check.id, title: check.title, ...(target === undefined ? {} : { target }) };
  try {
    return { ...base, findings: await ask() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = errorCode(error);
    const why =
      code === "42501"
        ? "The role lacks a privilege that this check needs."
        : code === "57014"
          ? `No answer within ${limits.statementTimeoutMs / 1000} s.`
          : undefined;
    const what = `not checked: ${reason}`;
    return { ...base, findings: [warning(what, why === undefined ? {} : { why })] };
  }
}

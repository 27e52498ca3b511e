import type { CodeIntent, Plan, PlanState } from "../model/index.js";
import type { CodePolicy } from "./choices.js";
import type { CodeInput } from "./code-input.js";

/** The intents with what was answered about their columns. What is internal is not for callers to send. */
export function withAnswers(
  intents: readonly CodeIntent[],
  exposure: NonNullable<PlanState["exposure"]>,
): readonly CodeIntent[] {
  return intents
    .map((intent) => {
      const answer = exposure[`${intent.model}.${intent.field}`];
      return answer === undefined ? intent : { ...intent, exposure: answer };
    })
    .filter(({ kind, exposure: who }) => who !== "internal" || !ofCallers.has(kind));
}

const ofCallers: ReadonlySet<CodeIntent["kind"]> = new Set(["acceptInRequests", "requireInRequests"]);

/** What is known about who sees the columns: a person is asked once, where there is a response that could show one. */
export async function exposureOf(
  plan: Plan,
  policy: CodePolicy,
  input: CodeInput,
): Promise<NonNullable<PlanState["exposure"]>> {
  const known = { ...plan.state.exposure };
  if (policy.exposure !== undefined)
    for (const { model, field } of plan.columns) known[`${model}.${field}`] = policy.exposure;
  if (policy.level !== "ask" || policy.ask === undefined) return known;
  const { questionsIn } = await import("../codemods/run/survey.js");
  const open = input.intents.filter(
    ({ kind, model, field, exposure }) =>
      kind === "read" && exposure === undefined && known[`${model}.${field}`] === undefined,
  );
  for (const { intent, ranked } of open.length === 0 ? [] : await questionsIn({ ...input, intents: open })) {
    const isShown = ranked.some(({ candidate, kind }) => kind !== "silent" && responses.has(candidate.family));
    if (isShown) known[`${intent.model}.${intent.field}`] = await policy.ask.exposure(intent.model, intent.field);
  }
  return known;
}

/** Kinds of code that decide what others than the application see. */
const responses: ReadonlySet<string> = new Set(["mapper", "zod", "dto", "type", "graphql", "schema"]);

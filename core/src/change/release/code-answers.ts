import type { CodeIntent, Plan, PlanState } from "../../model/index.js";
import type { CodePolicy } from "./choices.js";
import type { CodeInput } from "./code-input.js";

/** The intents with what was answered about their columns. What the server alone sets is not for callers to send. */
export function withAnswers(
  intents: readonly CodeIntent[],
  exposure: NonNullable<PlanState["exposure"]>,
): readonly CodeIntent[] {
  return intents
    .map((intent) => {
      const answer = exposure[`${intent.model}.${intent.field}`];
      return answer === undefined ? intent : { ...intent, exposure: answer === "shown" ? "exposed" : answer };
    })
    .filter(({ kind, model, field, exposure: who }) => {
      const isOfServer = who === "internal" || exposure[`${model}.${field}`] === "shown";
      return !isOfServer || !ofCallers.has(kind);
    });
}

const ofCallers: ReadonlySet<CodeIntent["kind"]> = new Set(["acceptInRequests", "requireInRequests"]);

/** What is known about who sets and sees the columns: a person is asked once, where callers could send one or a response show it. */
export async function exposureOf(
  plan: Plan,
  policy: CodePolicy,
  input: CodeInput,
): Promise<NonNullable<PlanState["exposure"]>> {
  const known = { ...plan.state.exposure };
  if (policy.exposure !== undefined)
    for (const { model, field } of plan.columns) known[`${model}.${field}`] = policy.exposure;
  if (policy.level !== "ask" || policy.ask === undefined) return known;
  const { questionsIn } = await import("../../code/run/survey.js");
  const open = input.intents.filter(
    ({ kind, model, field, exposure }) =>
      (kind === "read" || kind === "acceptInRequests") &&
      exposure === undefined &&
      known[`${model}.${field}`] === undefined,
  );
  const questions = open.length === 0 ? [] : await questionsIn({ ...input, intents: open });
  for (const { model, field } of new Map(open.map((each) => [`${each.model}.${each.field}`, each])).values()) {
    const of = (kind: CodeIntent["kind"]) =>
      questions
        .filter(({ intent }) => intent.kind === kind && intent.model === model && intent.field === field)
        .flatMap(({ ranked }) => ranked)
        .filter(({ candidate, kind }) => kind !== "silent" && responses.has(candidate.family)).length;
    const effect = { accept: of("acceptInRequests"), show: of("read") };
    if (effect.accept + effect.show > 0) known[`${model}.${field}`] = await policy.ask.exposure(model, field, effect);
  }
  return known;
}

/** Kinds of code that decide what others than the application see. */
const responses: ReadonlySet<string> = new Set(["mapper", "zod", "dto", "type", "graphql", "schema"]);

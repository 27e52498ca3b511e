import type { RankedPlaces } from "../../code/candidates/choose.js";
import type { CodeIntent, Exposure, Plan, PlanState } from "../../model/index.js";
import { columnName } from "../../plan/follow-names.js";
import type { AskPerson, CodePolicy } from "./choices.js";
import type { CodeInput } from "./code-input.js";
import { likeColumn } from "./like.js";

/** What was answered about columns, by `Model.field`. */
export interface CodeAnswers {
  readonly exposure: NonNullable<PlanState["exposure"]>;
  readonly like: NonNullable<PlanState["like"]>;
}

/** What a plan remembers of the answers. */
export function answersIn({ exposure = {}, like = {} }: Pick<PlanState, "exposure" | "like">): CodeAnswers {
  return { exposure, like };
}

/** The same as a plan's state has it: what is empty is left out. */
export function keptAnswers({ exposure, like }: CodeAnswers): Pick<PlanState, "exposure" | "like"> {
  return {
    ...(Object.keys(exposure).length > 0 && { exposure }),
    ...(Object.keys(like).length > 0 && { like }),
  };
}

/** The intents with what was answered about their columns. What the server alone sets is not for callers to send. */
export function withAnswers(intents: readonly CodeIntent[], { exposure, like }: CodeAnswers): readonly CodeIntent[] {
  return intents
    .map((intent) => {
      const column = columnName(intent);
      const answer = exposure[column];
      const siblings = like[column] ?? intent.like;
      return {
        ...intent,
        ...(answer !== undefined && { exposure: answer === "shown" ? "exposed" : answer }),
        ...(siblings !== undefined && { like: siblings }),
      };
    })
    .filter((intent) => {
      const isOfServer = intent.exposure === "internal" || exposure[columnName(intent)] === "shown";
      return !isOfServer || !ofCallers.has(intent.kind);
    });
}

const ofCallers: ReadonlySet<CodeIntent["kind"]> = new Set(["acceptInRequests", "requireInRequests"]);
/** Intents of the last phase: what they edit was chosen before. */
const ofContract: ReadonlySet<CodeIntent["kind"]> = new Set([...ofCallers, "dropFallback", "leaveUnique"]);

/**
 * Who sets and sees the columns, and which others they are like. Each is asked once: where callers could send the column or a response
 * show it, and where another column is in so many places that it could lead to those of the new one.
 *
 * @param input its intents know what annotations say
 * @throws LS3013 `policy.like` names a column that the model does not have; whatever `policy.ask` throws
 */
export async function answersOf(plan: Plan, policy: CodePolicy, input: CodeInput): Promise<CodeAnswers> {
  const { exposure, like } = answersIn(plan.state);
  const known = { exposure: { ...exposure }, like: { ...like } };
  const annotated = new Set(input.intents.filter((intent) => intent.like !== undefined).map(columnName));
  for (const column of plan.columns) {
    if (policy.exposure !== undefined) known.exposure[columnName(column)] = policy.exposure;
    const model = input.models.find(({ name }) => name === column.model);
    if (policy.like !== undefined && model !== undefined)
      known.like[columnName(column)] = policy.like.map((name) => likeColumn(model, column.field, name, "--like "));
    else if (annotated.has(columnName(column))) delete known.like[columnName(column)];
  }
  const { ask } = policy;
  if (policy.level !== "ask" || ask === undefined) return known;
  // Who names the places, or has chosen among them, needs no help to find them.
  const chosen = new Set((plan.state.choices ?? []).map(columnName));
  const isUnlike = (intent: CodeIntent) =>
    intent.like === undefined &&
    known.like[columnName(intent)] === undefined &&
    !chosen.has(columnName(intent)) &&
    (policy.only ?? []).length === 0;
  const isUnexposed = (intent: CodeIntent) =>
    (intent.kind === "read" || intent.kind === "acceptInRequests") &&
    intent.exposure === undefined &&
    known.exposure[columnName(intent)] === undefined;
  const unanswered = input.intents.filter(
    (each) => isUnexposed(each) || (isUnlike(each) && !ofContract.has(each.kind)),
  );
  if (unanswered.length === 0) return known;
  const [{ questionsIn }, { similarColumns }] = await Promise.all([
    import("../../code/run/survey.js"),
    import("../../code/ranking/similar-columns.js"),
  ]);
  const questions = await questionsIn({ ...input, intents: unanswered });
  for (const column of new Set(unanswered.map(columnName))) {
    const own = questions.filter(({ intent }) => columnName(intent) === column);
    const [first] = own;
    if (first === undefined) continue;
    const { model, field } = first.intent;
    if (own.some(({ intent }) => isUnexposed(intent))) {
      const answer = await exposureOf(model, field, own, ask);
      if (answer !== undefined) known.exposure[column] = answer;
    }
    const open = own.filter(({ intent }) => isUnlike(intent) && isAskedAbout(intent, known.exposure[column]));
    const similar = open.length === 0 ? [] : similarColumns(open);
    if (similar.length > 0) known.like[column] = await ask.like(model, field, similar);
  }
  return known;
}

/** Whether places of an intent are offered, by who sets and sees the column. */
function isAskedAbout({ kind }: CodeIntent, exposure: Exposure | undefined): boolean {
  if (exposure === "internal") return kind !== "read" && !ofCallers.has(kind);
  return exposure !== "shown" || !ofCallers.has(kind);
}

async function exposureOf(
  model: string,
  field: string,
  questions: readonly RankedPlaces[],
  ask: AskPerson,
): Promise<Exposure | undefined> {
  const of = (kind: CodeIntent["kind"]) =>
    questions
      .filter(({ intent }) => intent.kind === kind)
      .flatMap(({ ranked }) => ranked)
      .filter(({ candidate, kind }) => kind !== "silent" && responses.has(candidate.family)).length;
  const effect = { accept: of("acceptInRequests"), show: of("read") };
  return effect.accept + effect.show > 0 ? ask.exposure(model, field, effect) : undefined;
}

/** Kinds of code that decide what others than the application see. */
const responses: ReadonlySet<string> = new Set(["mapper", "zod", "dto", "type", "graphql", "schema"]);

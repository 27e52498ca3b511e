import type { RankedPlaces } from "../../code/candidates/choose.js";
import type { SimilarColumn } from "../../code/ranking/similar-columns.js";
import type { CodeIntent, Exposure, Plan, PlanState } from "../../model/index.js";
import { columnName } from "../../plan/follow-names.js";
import type { CodePolicy, ExposureEffect } from "./choices.js";
import type { CodeInput } from "./code-input.js";
import { likeColumn } from "./like.js";

/** The answers about columns, by `Model.field`. */
export interface CodeAnswers {
  readonly exposure: NonNullable<PlanState["exposure"]>;
  readonly like: NonNullable<PlanState["like"]>;
}

/** The answers stored in a plan. */
export function answersIn({ exposure = {}, like = {} }: Pick<PlanState, "exposure" | "like">): CodeAnswers {
  return { exposure, like };
}

/** The same in the form of a plan's state, without empty parts. */
export function keptAnswers({ exposure, like }: CodeAnswers): Pick<PlanState, "exposure" | "like"> {
  return {
    ...(Object.keys(exposure).length > 0 && { exposure }),
    ...(Object.keys(like).length > 0 && { like }),
  };
}

/** The intents with the answers about their columns. Callers cannot send what only the server sets. */
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
/** Intents of the last phase: their edits were chosen before. */
const ofContract: ReadonlySet<CodeIntent["kind"]> = new Set(["dropFallback", "requireInRequests", "leaveUnique"]);

/**
 * Who sets and sees the columns, and which others they are like. Asks each once: only if callers could send the column or a response could
 * contain it, and if another column is in enough places to predict those of the new one.
 *
 * @param input with intents that include the annotations
 * @throws LS3013 `policy.like` names a column that the model does not have; errors of `policy.ask`
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
  const open = input.intents.filter((each) => isUnexposed(each, known) || isUnlike(each, known));
  if (open.length === 0) return known;
  const { questionsIn } = await import("../../code/run/survey.js");
  const questions = await questionsIn({ ...input, intents: open });
  // A person who names the places, or has chosen among them, needs no help to find them.
  const chosen = new Set((plan.state.choices ?? []).map(columnName));
  const isAided = (policy.only ?? []).length === 0;
  for (const each of await openQuestions(questions, known)) {
    const { model, field, effect, similar } = each;
    const column = columnName(each);
    if (effect !== undefined) known.exposure[column] = await ask.exposure(model, field, effect);
    const isOffered = questions.some(
      ({ intent }) =>
        columnName(intent) === column && isUnlike(intent, known) && isAskedAbout(intent, known.exposure[column]),
    );
    if (similar.length > 0 && isAided && isOffered && !chosen.has(column))
      known.like[column] = await ask.like(model, field, similar);
  }
  return known;
}

/** Whether to offer the places of an intent, by who sets and sees the column. */
function isAskedAbout({ kind }: CodeIntent, exposure: Exposure | undefined): boolean {
  if (exposure === "internal") return kind !== "read" && !ofCallers.has(kind);
  return exposure !== "shown" || !ofCallers.has(kind);
}

/** The unanswered questions about a column. */
export interface OpenQuestion {
  readonly model: string;
  readonly field: string;
  /** Who sets and sees it: what depends on the answer. Absent: it is answered, or nothing depends on it. */
  readonly effect?: ExposureEffect | undefined;
  /** The columns that it may be like; empty: it is answered, or there are none. */
  readonly similar: readonly SimilarColumn[];
}

/** The unanswered questions about the columns of these places. */
export async function openQuestions(
  questions: readonly RankedPlaces[],
  answers: CodeAnswers,
): Promise<readonly OpenQuestion[]> {
  const { similarColumns } = await import("../../code/ranking/similar-columns.js");
  return [...new Set(questions.map(({ intent }) => columnName(intent)))].flatMap((column) => {
    const own = questions.filter(({ intent }) => columnName(intent) === column);
    const [first] = own;
    if (first === undefined) return [];
    const { model, field } = first.intent;
    const effect = own.some(({ intent }) => isUnexposed(intent, answers)) ? effectOf(own) : undefined;
    const similar = own.some(({ intent }) => isUnlike(intent, answers)) ? similarColumns(own) : [];
    return effect === undefined && similar.length === 0 ? [] : [{ model, field, effect, similar }];
  });
}

function isUnexposed(intent: CodeIntent, { exposure }: CodeAnswers): boolean {
  const isAbout = intent.kind === "read" || intent.kind === "acceptInRequests";
  return isAbout && intent.exposure === undefined && exposure[columnName(intent)] === undefined;
}

function isUnlike(intent: CodeIntent, { like }: CodeAnswers): boolean {
  return !ofContract.has(intent.kind) && intent.like === undefined && like[columnName(intent)] === undefined;
}

/** Undefined if the answer would change nothing. */
function effectOf(questions: readonly RankedPlaces[]): ExposureEffect | undefined {
  const of = (kind: CodeIntent["kind"]) =>
    questions
      .filter(({ intent }) => intent.kind === kind)
      .flatMap(({ ranked }) => ranked)
      .filter(({ candidate, kind }) => kind !== "silent" && responses.has(candidate.family)).length;
  const effect = { accept: of("acceptInRequests"), show: of("read") };
  return effect.accept + effect.show > 0 ? effect : undefined;
}

/** Kinds of code that define what the application returns to others. */
const responses: ReadonlySet<string> = new Set(["mapper", "zod", "dto", "type", "graphql", "schema"]);

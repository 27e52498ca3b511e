import type { Candidate } from "../../../../core/src/code/contract/candidate.js";
import type { AddedColumn, ColumnHistory } from "../../../../core/src/code/contract/column-history.js";
import type { RankContext, Ranked } from "../../../../core/src/code/contract/ranked.js";
import { defaultScorecard, type Scorecard } from "../../../../core/src/code/contract/scorecard.js";
import { isTechnicalColumn } from "../../../../core/src/code/names/technical-columns.js";
import { rank } from "../../../../core/src/code/ranking/rank.js";
import { type EntityField, type EntityModel, type SignalId, signalIds } from "../../../../core/src/model/index.js";

/** A field from its name: `utmTerm` is text; `isAdmin:boolean`, `role:Role`, `tags:string[]`, `id!`, `team->` say more. */
export function field(text: string): EntityField {
  const [, name = "", mark, type = "string", list] = /^(\w+)(!|->)?(?::(\w+)(\[\])?)?$/.exec(text) ?? [];
  const isEnum = /^[A-Z]/.test(type);
  return {
    name,
    column: name,
    type: isEnum ? "enum" : (type as EntityField["type"]),
    ...(isEnum ? { enumName: type } : {}),
    isList: list !== undefined,
    isOptional: false,
    isId: mark === "!",
    isUnique: mark === "!",
    hasDefault: mark === "!",
    isForeignKey: mark === "->",
    isUpdatedAt: false,
    documentation: "",
  };
}

/** A model from the names of its fields. */
export function model(name: string, fields: string): EntityModel {
  return {
    name,
    table: { name },
    fields: fields.split(" ").map(field),
    relations: [],
    primaryKey: ["id"],
  };
}

export const defaultFields = "id! email name phone isAdmin:boolean createdAt:datetime";

/** One new column of `User`, which is declared last unless `fields` has it elsewhere. */
export function contextOf(
  options: {
    readonly fields?: string;
    readonly added?: string;
    readonly models?: readonly EntityModel[];
    readonly history?: ColumnHistory;
    readonly card?: Scorecard;
    readonly exposure?: RankContext["exposure"];
    readonly like?: readonly string[];
  } = {},
): RankContext {
  const { fields = defaultFields, added = "handle", models = [], history, card = defaultScorecard } = options;
  const { exposure, like = [] } = options;
  const isNew = ({ name }: EntityField) => name === field(added).name;
  const declared = model("User", fields);
  const found = declared.fields.find(isNew);
  const user = found === undefined ? { ...declared, fields: [...declared.fields, field(added)] } : declared;
  const columns = user.fields.filter((each) => !isNew(each));
  return {
    model: user,
    models: [user, ...models],
    field: found ?? field(added),
    columns,
    core: columns.filter((each) => !isTechnicalColumn(each)),
    history,
    card,
    exposure,
    like,
  };
}

/** A place that names some fields. */
export function place(names: string, more: Partial<Candidate> = {}): Candidate {
  const { file = "src/users.ts", line = 10, family = "mapper", anchor = "toUser" } = more;
  return {
    file,
    line,
    lastLine: line + 4,
    family,
    what: `${anchor}: ${family} of User`,
    anchor,
    key: `${family}:${file}#${anchor}:${line}`,
    names: names.split(" ").filter((name) => name !== ""),
    tie: "type",
    isWhole: false,
    because: undefined,
    caution: undefined,
    isTest: false,
    text: undefined,
    ...more,
  };
}

/** Commits `fields@files`, the newest first: `avatar,bio@src/users.ts`. All places were there but those of `madeAfter`. */
export function historyOf(commits: readonly string[], madeAfter: Readonly<Record<string, number>> = {}): ColumnHistory {
  const added = commits.flatMap((text, index): AddedColumn[] => {
    const [fields = "", files = ""] = text.split("@");
    const commit = {
      commit: `c${index}`,
      at: new Date(Date.UTC(2026, 5, 28 - index)),
      files: new Set(files.split(",")),
    };
    return fields.split(",").map((field) => ({ field, ...commit }));
  });
  return {
    added,
    // The place that was made after the commit with this number was not there when that or an older one was made.
    existed: (_, name, commit) => Number(commit.slice(1)) < (madeAfter[name] ?? commits.length),
  };
}

/** The one place among others, judged. */
export function judged(candidate: Candidate, context: RankContext, others: readonly Candidate[] = []): Ranked {
  const found = rank([candidate, ...others], context).find((each) => each.candidate === candidate);
  if (found === undefined) throw new Error("the place was lost");
  return found;
}

/** The words of one signal; undefined where it is not true. */
export function wordsFor(signal: SignalId, ranked: Ranked): string | undefined {
  return ranked.reasons.find((reason) => reason.signal === signal)?.text;
}

/** A card by which a place that holds half of the columns scores so much, and nothing else counts. */
export function worth(score: number): Scorecard {
  return { ...defaultScorecard, weights: { ...weightless, halfOfCore: score } };
}

const weightless = Object.fromEntries(signalIds.map((id) => [id, 0])) as Record<SignalId, number>;

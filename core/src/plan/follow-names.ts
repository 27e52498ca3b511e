import { patternOf } from "../base/pattern-of.js";
import type { ConfiguredFill } from "../config/configured-fills.js";
import {
  type EntityModel,
  isSameTable,
  type KeptUnique,
  type Plan,
  type PlannedColumn,
  type PlannedEdit,
} from "../model/index.js";

/** A column by its names in the models and in the database. */
export type NamedColumn = Pick<PlannedColumn, "model" | "field" | "table" | "name">;

/** `User.alias` */
export function columnName({ model, field }: Pick<NamedColumn, "model" | "field">): string {
  return `${model}.${field}`;
}

/** Every column of the models. */
export function namedColumns(models: readonly EntityModel[]): readonly NamedColumn[] {
  return models.flatMap(({ name: model, table, fields }) =>
    fields.map(({ name: field, column: name }) => ({ model, field, table, name })),
  );
}

/**
 * A plan with the current model names of its columns: a field or a model may be renamed while the plan is open, without a rename in the
 * database. Table and column identify it. If they do not, the plan stays unchanged.
 *
 * @param declared the columns of the models
 */
export function followNames(plan: Plan, declared: readonly NamedColumn[]): Plan {
  const renamed = plan.columns.flatMap((column): Renamed[] => {
    const now = today(column, declared);
    return now === undefined ? [] : [{ from: column, to: now }];
  });
  const uniques = (plan.keptUniques ?? []).map((unique) => followUnique(unique, declared));
  if (renamed.length === 0 && uniques.every((unique, index) => unique === plan.keptUniques?.[index])) return plan;
  const named = <T extends Names>(part: T): T => {
    const found = renamed.find(({ from }) => from.model === part.model && from.field === part.field);
    return found === undefined ? part : { ...part, model: found.to.model, field: found.to.field };
  };
  const modelOf = (model: string) => renamed.find(({ from }) => from.model === model)?.to.model ?? model;
  const selectors = new Map(
    uniques.map((unique, index) => [plan.keptUniques?.[index]?.selector, unique.selector] as const),
  );
  const intents = (of: Plan["intents"]["expand"]) =>
    of.map((intent) => ({
      ...named(intent),
      ...(intent.unique === undefined ? {} : { unique: selectors.get(intent.unique) ?? intent.unique }),
    }));
  return {
    ...plan,
    columns: plan.columns.map(named),
    ...(plan.keptUniques === undefined ? {} : { keptUniques: uniques }),
    intents: {
      expand: intents(plan.intents.expand),
      switch: intents(plan.intents.switch),
      contract: intents(plan.intents.contract),
    },
    originalModels: plan.originalModels.map((original) => ({
      ...original,
      model: modelOf(original.model),
      text: renamed
        .filter(({ from }) => from.model === original.model)
        .reduce((text, rename) => renameWords(text, rename), original.text),
    })),
    state: {
      ...plan.state,
      edits: plan.state.edits.map((edit) => named(followText(edit, renamed))),
      places: plan.state.places.map(named),
      ...(plan.state.choices === undefined ? {} : { choices: plan.state.choices.map(named) }),
      ...(plan.state.declined === undefined ? {} : { declined: plan.state.declined.map(named) }),
      ...(plan.state.exposure === undefined ? {} : { exposure: answers(plan.state.exposure, renamed) }),
      ...(plan.state.like === undefined ? {} : { like: answers(plan.state.like, renamed) }),
      ...(plan.state.annotations === undefined ? {} : { annotations: answers(plan.state.annotations, renamed) }),
    },
  };
}

/** Answers about columns, by their current names. */
function answers<Answer>(given: Readonly<Record<string, Answer>>, renamed: readonly Renamed[]) {
  const today = new Map(renamed.map(({ from, to }) => [`${from.model}.${from.field}`, `${to.model}.${to.field}`]));
  return Object.fromEntries(Object.entries(given).map(([column, answer]) => [today.get(column) ?? column, answer]));
}

/**
 * The functions of the configuration, also under the names from when the plan was made.
 *
 * @param plan the result of `followNames`
 */
export function followFunctions(
  plan: Plan,
  functions: ReadonlyMap<string, ConfiguredFill>,
): ReadonlyMap<string, ConfiguredFill> {
  const followed = new Map(functions);
  for (const { compute, model, field } of plan.columns) {
    const found = functions.get(`${model}.${field}`);
    if (compute !== undefined && found !== undefined && !functions.has(compute.name)) followed.set(compute.name, found);
  }
  return followed;
}

interface Names {
  readonly model: string;
  readonly field: string;
}

interface Renamed {
  readonly from: Names;
  readonly to: Names;
}

/** The new names of a column; undefined if they are unchanged, or ambiguous. */
function today(column: NamedColumn, declared: readonly NamedColumn[]): Names | undefined {
  const found = declared.filter(({ table, name }) => name === column.name && isSameTable(table, column.table));
  if (found.some((each) => isSame(each, column))) return undefined;
  // Models may share a table: one of the two names identifies the model.
  const closest = [
    found.filter(({ model }) => model === column.model),
    found.filter(({ field }) => field === column.field),
    found,
  ].find(({ length }) => length > 0);
  return closest?.length === 1 ? closest[0] : undefined;
}

/** The key of a relation is named after the relation, or by the path of its target: `team`, `team.id`. */
function isSame(a: Names, b: Names): boolean {
  const [short, long] = [a.field, b.field].sort((x, y) => x.length - y.length);
  return a.model === b.model && (short === long || long?.startsWith(`${short}.`) === true);
}

function followUnique(unique: KeptUnique, declared: readonly NamedColumn[]): KeptUnique {
  const { model, table, fields, index } = unique;
  const now = fields.map((field, at) => today({ model, field, table, name: index.columns[at] ?? field }, declared));
  if (now.every((each) => each === undefined)) return unique;
  const names = fields.map((field, at) => now[at]?.field ?? field);
  return {
    ...unique,
    model: now.find((each) => each !== undefined)?.model ?? model,
    fields: names,
    selector: unique.selector === fields.join("_") ? names.join("_") : unique.selector,
    attribute: fields.reduce(
      (text, field, at) =>
        text.replace(new RegExp(`(?<![\\w$])${patternOf(field)}(?![\\w$])`, "g"), names[at] ?? field),
      unique.attribute,
    ),
  };
}

/** A code edit after a rename in an editor: properties get the new name, variables of the same name do not. */
function followText(edit: PlannedEdit, renamed: readonly Renamed[]): PlannedEdit {
  const rename = renamed.find(({ from }) => from.model === edit.model && from.field === edit.field);
  if (rename === undefined) return edit;
  const { from, to } = rename;
  const follow = (text: string) =>
    renameWords(
      [
        [from.field, to.field],
        [lowerFirst(from.model), lowerFirst(to.model)],
      ].reduce(
        (result, [name = "", now = ""]) =>
          result.replace(
            new RegExp(`(?<=\\.)${patternOf(name)}(?![\\w$])|(?<![\\w$.])${patternOf(name)}(?=[?!]?\\s*:)`, "g"),
            () => now,
          ),
        text,
      ),
      { from: { ...from, field: to.field }, to },
    );
  return {
    ...edit,
    text: follow(edit.text),
    ...(edit.replaces === undefined ? {} : { replaces: follow(edit.replaces) }),
  };
}

/** Quoted text contains database names, and comments contain prose. */
const word =
  /`(?:\\[\s\S]|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/.*|[\p{ID_Continue}$]+/gu;

function renameWords(text: string, { from, to }: Renamed): string {
  return text.replace(word, (found) => (found === from.model ? to.model : found === from.field ? to.field : found));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

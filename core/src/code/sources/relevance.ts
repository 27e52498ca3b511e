import { patternOf } from "../../base/pattern-of.js";
import type { EntityModel } from "../../model/index.js";
import { keyStyles } from "../names/key-styles.js";
import { isTechnicalColumn } from "../names/technical-columns.js";

export interface RelevanceOptions {
  /** The models that will change. */
  readonly models: readonly EntityModel[];
  /** All models. A longer name of another model does not count as a match. Default: the changed ones. */
  readonly all?: readonly EntityModel[];
  /** New fields. A file that only names one of these does not count. */
  readonly planned?: readonly { readonly model: string; readonly field: string }[];
  /** New fields that count on their own: text of earlier phases may have moved to a file that names nothing else. */
  readonly fields?: readonly string[];
}

/** Whether a text can be relevant to one of the models. Does not parse, because it runs on every file of a project. */
export function relevance({
  models,
  all = models,
  planned = [],
  fields = [],
}: RelevanceOptions): (text: string) => boolean {
  const ofModels = models.flatMap((model) => [nameOf(model, all), usesOf(model, all), tableOf(model)]);
  const words = fields.map((field) => wordOf(field));
  const columns = models.map((model) => {
    const isPlanned = (name: string) => planned.some((each) => each.model === model.name && each.field === name);
    const old = model.fields.filter(({ name }) => !isPlanned(name));
    const telling = old.filter((field) => !isTechnicalColumn(field));
    return (telling.length < 2 ? old : telling).map(({ name }) => wordOf(name));
  });
  return (text) => {
    if (clients.test(text) || ofModels.some((use) => use.test(text)) || words.some((word) => word.test(text)))
      return true;
    return columns.some((patterns) => {
      let found = 0;
      return patterns.some((pattern) => pattern.test(text) && ++found === 2);
    });
  };
}

/** Files that create clients, extend repositories or re-export row types may name no model. */
const clients =
  /PrismaClient|["']typeorm["']|\bexport\s*(?:type\s*)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^{}]{0,9999}\})\s*from\s*["'][^"']*(?:prisma|generated|client|db|database)/i;

/** `User`, `CreateUserDto`, `toUsers`; neither `Username`, nor `UserEvent` if that is another model. */
function nameOf({ name }: EntityModel, all: readonly EntityModel[]): RegExp {
  const longer = all.map((other) => other.name).filter((other) => other !== name && other.includes(name));
  const before = longer.filter((other) => other.endsWith(name)).map((other) => other.slice(0, -name.length));
  const after = longer.filter((other) => other.startsWith(name)).map((other) => other.slice(name.length));
  const not = (look: string, texts: readonly string[]) =>
    texts.length === 0 ? "" : `(?${look}(?:${texts.map(patternOf).join("|")}))`;
  const plural = name.endsWith("y") ? `${patternOf(name.slice(0, -1))}(?:y|ies)` : `${patternOf(name)}(?:s|es)?`;
  return new RegExp(`${not("<!", before)}${plural}(?![a-z])${not("!", after)}`);
}

/** Uses of a model under another name: as a property of the client, or through a written relation. */
function usesOf({ name }: EntityModel, all: readonly EntityModel[]): RegExp {
  const property = patternOf(`${name.charAt(0).toLowerCase()}${name.slice(1)}`);
  const uses = [`\\.\\s*${property}\\b`, `\\{[^{}]*\\b${property}\\b[^{}]*\\}\\s*=`];
  const relations = all.flatMap((each) =>
    each.relations.filter(({ model }) => model === name).map((each) => each.name),
  );
  if (relations.length > 0) {
    const names = [...new Set(relations)].map(patternOf).join("|");
    uses.push(`\\b(?:${names})["']?\\s*:\\s*\\{[^{}]*\\b(?:create|connectOrCreate|upsert|update)`);
  }
  return new RegExp(uses.join("|"));
}

/** The table in SQL. */
function tableOf({ table }: EntityModel): RegExp {
  const quote = '\\\\?["`]?';
  const schema = `(?:${quote}\\w+${quote}\\.)?`;
  return new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE)\\s+(?:ONLY\\s+)?${schema}${quote}${patternOf(table.name)}\\b`, "i");
}

/** The column in an app's spelling. */
function wordOf(column: string): RegExp {
  const spellings = new Set(keyStyles.map((keyOf) => patternOf(keyOf(column))));
  return new RegExp(`\\b(?:${[...spellings].join("|")})\\b`);
}

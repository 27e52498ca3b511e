import type { EntityModel } from "../model/index.js";
import { isPlumbing } from "./plumbing.js";

export interface RelevanceOptions {
  /** The models that are about to change. */
  readonly models: readonly EntityModel[];
  /** Their new fields: a file that names one was edited before. */
  readonly fields?: readonly string[];
}

/** Whether a text can matter to one of the models. */
export function relevance({ models, fields = [] }: RelevanceOptions): (text: string) => boolean {
  const names = models.flatMap(({ name }) => [name, `.${name.charAt(0).toLowerCase()}${name.slice(1)}.`]);
  const columns = models.map((model) => {
    const telling = model.fields.filter((field) => !isPlumbing(field));
    return (telling.length < 2 ? model.fields : telling).map(({ name }) => new RegExp(`\\b${name}\\b`));
  });
  return (text) => {
    if (clients.test(text) || [...names, ...fields].some((name) => text.includes(name))) return true;
    return columns.some((patterns) => {
      let found = 0;
      return patterns.some((pattern) => pattern.test(text) && ++found === 2);
    });
  };
}

/** Clients are made, repositories extended, and row types passed on, in files that name no model at all. */
const clients =
  /PrismaClient|["']typeorm["']|\bexport\b[^;"']*\bfrom\s*["'][^"']*(?:prisma|generated|client|db|database)/i;

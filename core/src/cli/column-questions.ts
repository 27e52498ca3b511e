import type { ExposureEffect } from "../change/release/choices.js";
import type { SimilarColumn } from "../code/ranking/similar-columns.js";
import type { EntityField, Exposure } from "../model/index.js";
import { counted } from "../review/counted.js";

/** A question about a column and its answers, used by the terminal prompt and by the matching option. */
export interface ColumnQuestion<T extends string> {
  readonly question: string;
  readonly options: readonly { readonly value: T; readonly label: T; readonly hint: string }[];
}

/** Asks who sets and sees the column. */
export function exposureQuestion(
  model: string,
  field: string,
  { accept, show }: ExposureEffect,
): ColumnQuestion<Exposure> {
  const [sent, shown] = [counted(accept, "place"), counted(show, "place")];
  const hints = {
    exposed: `callers may send it (${sent}), responses may show it (${shown})`,
    shown: `only the server sets it; responses may show it (${shown})`,
    internal: "callers never send it, responses never show it",
  };
  const options = (["exposed", "shown", "internal"] as const).map((value) => ({
    value,
    label: value,
    hint: hints[value],
  }));
  return { question: `Who sets and sees ${model}.${field}?`, options };
}

/** Asks which column it is most similar to. */
export function likeQuestion(model: string, field: string, similar: readonly SimilarColumn[]): ColumnQuestion<string> {
  const options = similar.map(({ field: { name, ...declared }, addedAt, places }) => {
    const added = addedAt === undefined ? [] : [`added ${addedAt.toISOString().slice(0, 7)}`];
    return { value: name, label: name, hint: [typeText(declared), ...added, counted(places, "place")].join(", ") };
  });
  const none = { value: "none", label: "none", hint: "places are ranked by their own evidence" };
  return { question: `Which column is ${model}.${field} most like?`, options: [...options, none] };
}

function typeText({ type, enumName, isList, isOptional }: Omit<EntityField, "name">): string {
  return `${enumName ?? type}${isList ? "[]" : ""}${isOptional ? "?" : ""}`;
}

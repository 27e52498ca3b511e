import { closeOf, type SdlField, type SdlFields, skip, type Token, tokensOf } from "./sdl.js";

/** The fields that a query, a mutation or a fragment selects of one type. */
export interface GraphqlSelection extends SdlFields {
  readonly kind: "selection";
  /** The root type of the selection, and the fields that lead on from there: `Query`, then `["users"]`. */
  readonly owner: string;
  readonly path: readonly string[];
}

const roots: Readonly<Record<string, string>> = {
  query: "Query",
  mutation: "Mutation",
  subscription: "Subscription",
  "{": "Query",
};

/**
 * The selections in a text, outer ones first; empty for the schema language.
 *
 * @example selectionsIn("fragment Parts on User { id email }")[0].owner === "User"
 */
export function selectionsIn(text: string): readonly GraphqlSelection[] {
  const tokens = tokensOf(text);
  const found: GraphqlSelection[] = [];
  const textAt = (at: number) => tokens[at]?.text ?? "";
  let at = 0;
  while (at < tokens.length) {
    const [keyword, name] = [textAt(at), textAt(at + 1)];
    const isFragment = keyword === "fragment" && textAt(at + 2) === "on";
    // Without a keyword, it is a query and the only definition.
    const owner = isFragment ? textAt(at + 3) : keyword === "{" && at > 0 ? undefined : roots[keyword];
    const isNamed = tokens[at + 1]?.kind === "name";
    const open =
      owner === undefined ? undefined : openAt(isFragment ? at + 4 : at + (keyword === "{" ? 0 : isNamed ? 2 : 1));
    const close = open === undefined ? undefined : closeOf(tokens, open);
    if (owner === undefined || open === undefined || close === undefined) {
      at = skip(tokens, at);
      continue;
    }
    select(at, open, close, owner, [], keyword === "{" ? "query" : isNamed ? name : keyword);
    at = close + 1;
  }
  return found;

  function select(
    from: number,
    open: number,
    close: number,
    owner: string,
    path: readonly string[],
    name: string,
  ): void {
    const fields: SdlField[] = [];
    const [first, brace, last] = [tokens[from] as Token, tokens[open] as Token, tokens[close] as Token];
    const range = { start: first.start, end: last.end, open: brace.end, close: last.start };
    found.push({ kind: "selection", name, owner, path, isExtension: false, fields, ...range });
    let position = open + 1;
    while (position < close) {
      const start = position;
      const isSpread = textAt(start) === "...";
      const isTyped = isSpread && textAt(start + 1) === "on";
      // `mail: email`
      if (textAt(start + 1) === ":") position += 2;
      const field = isSpread ? "" : textAt(position);
      const inner = openAt(isTyped ? start + 3 : position + 1);
      const end = inner === undefined ? undefined : closeOf(tokens, inner);
      const isInside = inner !== undefined && end !== undefined && end < close;
      if (isInside && isTyped) select(start, inner, end, textAt(start + 2), [], `${name}.${textAt(start + 2)}`);
      else if (isInside && isSpread) select(start, inner, end, owner, path, name);
      else if (isInside) select(start, inner, end, owner, [...path, field], `${name}.${field}`);
      position = isInside ? end + 1 : past(position + (isSpread ? 2 : 1));
      fields.push({
        name: isInside ? "" : field,
        start: tokens[start]?.start ?? 0,
        end: tokens[position - 1]?.end ?? 0,
        type: "",
      });
    }
  }

  /** The `{` after arguments and directives; undefined if there is none. */
  function openAt(from: number): number | undefined {
    const position = past(from);
    return textAt(position) === "{" ? position : undefined;
  }

  function past(from: number): number {
    let position = from;
    while (textAt(position) === "(" || textAt(position) === "@")
      position = textAt(position) === "@" ? position + 2 : skip(tokens, position);
    return position;
  }
}

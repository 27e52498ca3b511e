/** A list of fields in GraphQL: of a type, an input, an interface, the arguments of a field, or a query's selection. */
export interface SdlFields {
  readonly kind: "type" | "interface" | "input" | "arguments" | "selection";
  /** `User`; for arguments the field: `createUser`; for a selection its path: `listUsers.users`. */
  readonly name: string;
  /** The type that arguments belong to: `Mutation`. */
  readonly owner?: string;
  readonly isExtension: boolean;
  readonly fields: readonly SdlField[];
  /** From the keyword to the closing brace. */
  readonly start: number;
  readonly end: number;
  /** Offset after `{` or `(`. */
  readonly open: number;
  /** Offset of `}` or `)`. */
  readonly close: number;
}

export interface SdlField {
  readonly name: string;
  /** Offset of the name, which follows its description. */
  readonly start: number;
  /** After its type, default and directives. */
  readonly end: number;
  /** As written: `[String!]!`; empty in a selection. */
  readonly type: string;
}

export interface Token {
  readonly kind: "name" | "string" | "mark";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const definitions = new Set(
  "type input interface enum union scalar schema extend directive fragment query mutation subscription".split(" "),
);
const opening: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };

/**
 * The lists of fields in a text; empty if it is not GraphQL schema language. The scanner only supports what edits need: the `graphql`
 * package requires a newer Node than Lockstep and is a megabyte.
 *
 * @example fieldListsIn("type User { id: ID! }")[0].fields[0].type === "ID!"
 */
export function fieldListsIn(text: string): readonly SdlFields[] {
  const tokens = tokensOf(text);
  const found: SdlFields[] = [];
  let at = 0;
  while (at < tokens.length) {
    const keyword = tokens[at];
    const name = tokens[at + 1];
    const kind = keyword?.kind === "name" ? keyword.text : "";
    if ((kind !== "type" && kind !== "interface" && kind !== "input") || name?.kind !== "name") {
      at = skip(tokens, at);
      continue;
    }
    const brace = bodyAfter(tokens, at + 2);
    const close = brace === undefined ? undefined : closeOf(tokens, brace);
    if (brace === undefined || close === undefined) {
      at += 2;
      continue;
    }
    const fields = fieldsBetween(brace, close, name.text);
    const isExtension = tokens[at - 1]?.text === "extend";
    found.push({ kind, name: name.text, isExtension, fields, start: keyword?.start ?? 0, ...between(brace, close) });
    at = close + 1;
  }
  return found;

  function between(from: number, to: number): Pick<SdlFields, "open" | "close" | "end"> {
    const [open, close] = [tokens[from] as Token, tokens[to] as Token];
    return { open: open.end, close: close.start, end: close.end };
  }

  function fieldsBetween(from: number, to: number, owner: string | undefined): readonly SdlField[] {
    const fields: SdlField[] = [];
    let position = from + 1;
    while (position < to) {
      const name = tokens[position] as Token;
      const next = tokens[position + 1];
      const isField = name.kind === "name" && (next?.text === ":" || next?.text === "(");
      if (!isField) {
        position = skip(tokens, position);
        continue;
      }
      let colon = position + 1;
      if (next?.text === "(") {
        const last = closeOf(tokens, colon) ?? to;
        if (owner !== undefined) {
          const its = fieldsBetween(colon, last, undefined);
          const range = { ...between(colon, last), start: name.start };
          found.push({ kind: "arguments", name: name.text, owner, isExtension: false, fields: its, ...range });
        }
        colon = last + 1;
      }
      let end = colon + 1;
      const first = end;
      // `[String!]!`
      end = skip(tokens, end);
      while (tokens[end]?.text === "!") end += 1;
      const type = text.slice(tokens[first]?.start, tokens[end - 1]?.end);
      // Its default and directives: everything up to the next name with a colon, or the description before it.
      while (end < to && !isNextField(end)) end = skip(tokens, end);
      fields.push({ name: name.text, start: name.start, end: tokens[end - 1]?.end ?? name.end, type });
      position = end;
    }
    return fields;
  }

  function isNextField(position: number): boolean {
    const [token, next, former] = [tokens[position], tokens[position + 1], tokens[position - 1]];
    if (token?.kind === "string") return former?.text !== "=";
    if (token?.kind !== "name" || former?.text === "@") return false;
    return next?.text === ":" || next?.text === "(";
  }
}

/** The `{` of a definition; undefined if it has none. */
function bodyAfter(tokens: readonly Token[], from: number): number | undefined {
  for (let at = from; at < tokens.length; at = skip(tokens, at)) {
    const token = tokens[at] as Token;
    if (token.text === "{") return at;
    const isNamed = /^[@&]$/.test(tokens[at - 1]?.text ?? "");
    if (token.kind === "name" && definitions.has(token.text) && !isNamed) return undefined;
  }
  return undefined;
}

/** The position after a token, or after the brackets that it opens. */
export function skip(tokens: readonly Token[], at: number): number {
  const isOpening = tokens[at]?.kind === "mark" && opening[tokens[at]?.text ?? ""] !== undefined;
  return (isOpening ? (closeOf(tokens, at) ?? tokens.length) : at) + 1;
}

export function closeOf(tokens: readonly Token[], open: number): number | undefined {
  const expected: string[] = [];
  for (let at = open; at < tokens.length; at++) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== "mark") continue;
    const closing = opening[text];
    if (closing !== undefined) expected.push(closing);
    else if (/^[})\]]$/.test(text)) {
      if (expected.pop() !== text) return undefined;
      if (expected.length === 0) return at;
    }
  }
  return undefined;
}

/** Ignores comments, commas and white space. */
export function tokensOf(text: string): readonly Token[] {
  const pattern =
    /#[^\n]*|"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|[_A-Za-z]\w*|-?\d[\w.+-]*|\.\.\.|[!$&()=@[\]{}|:]/g;
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const [token] = match;
    if (token.startsWith("#")) continue;
    const kind = token.startsWith('"') ? "string" : /^[_A-Za-z]/.test(token) ? "name" : "mark";
    tokens.push({ kind, text: token, start: match.index, end: match.index + token.length });
  }
  return tokens;
}

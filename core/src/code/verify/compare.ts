/** A compiler error in a file. */
export interface FoundError {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly code: number;
  readonly message: string;
  /** The cause may be an outdated generated client, see `isStale`. */
  readonly isUnknown: boolean;
}

/** "Cannot find module", in its forms. */
const missingModule = new Set([2307, 2792, 7016]);

/** Whether a module is missing: then many types of the file are `any`. */
export function saysMissing({ code }: FoundError): boolean {
  return missingModule.has(code);
}

/**
 * The errors that are new. Ignores positions, because edits move lines; the text of types, which edits may extend; and further imports of
 * modules that were missing before.
 */
export function newErrors(before: readonly FoundError[], after: readonly FoundError[]): readonly FoundError[] {
  const missing = new Set(before.filter(saysMissing).map(({ message }) => message));
  const left = without(after, before, ({ file, code, message }) => JSON.stringify([file, code, message]));
  const gone = without(before, after, ({ file, code, message }) => JSON.stringify([file, code, message]));
  const alike = ({ file, code, message }: FoundError) => JSON.stringify([file, ...kindOf(code, message)]);
  return without(left, gone, alike).filter((error) => !(saysMissing(error) && missing.has(error.message)));
}

/** The difference of two multisets. */
function without(
  errors: readonly FoundError[],
  taken: readonly FoundError[],
  key: (error: FoundError) => string,
): readonly FoundError[] {
  const counts = new Map<string, number>();
  for (const error of taken) counts.set(key(error), (counts.get(key(error)) ?? 0) + 1);
  return errors.filter((error) => {
    const count = counts.get(key(error)) ?? 0;
    if (count > 0) counts.set(key(error), count - 1);
    return count === 0;
  });
}

/** Codes of errors with a suggestion, which an edit can add: it names the new field. */
const suggesting: Readonly<Record<number, number>> = { 2551: 2339, 2552: 2304, 2561: 2353, 2568: 2339, 2724: 2305 };
/** Missing properties: one, several, many. An edit that adds one of them changes the list. */
const missingProperties = new Set([2739, 2740, 2741]);

/** What an error has in common with the same error after an edit. */
function kindOf(code: number, message: string): readonly unknown[] {
  const first = message.split("\n", 1)[0] ?? "";
  const [, type] = /(?:from|required in) type '([^']+)'/.exec(first) ?? [];
  if (missingProperties.has(code) && type !== undefined) return ["missing", withoutTypes(type)];
  const plain = first.replace(/ Did you mean .*$/, "").replace("properties, but '", "properties, and '");
  return [suggesting[code] ?? code, plain.replace(/'[^']*[{}<|][^']*'/g, "'…'")];
}

function withoutTypes(type: string): string {
  return /[{}<|]/.test(type) ? "…" : type;
}

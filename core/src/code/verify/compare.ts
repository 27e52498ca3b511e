/** An error of the compiler, of one file. */
export interface FoundError {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly code: number;
  readonly message: string;
  /** It may be the generated client that is behind, see `isStale`. */
  readonly isUnknown: boolean;
}

/** "Cannot find module", in its forms. */
const missingModule = new Set([2307, 2792, 7016]);

/** Whether types are missing: much of the file that says so is `any`. */
export function saysMissing({ code }: FoundError): boolean {
  return missingModule.has(code);
}

/**
 * Which errors are new. Positions do not count: edits move lines. Neither does how an old error prints a type that the edits made
 * wider, nor another import of what was not found before.
 */
export function newErrors(before: readonly FoundError[], after: readonly FoundError[]): readonly FoundError[] {
  const missing = new Set(before.filter(saysMissing).map(({ message }) => message));
  const left = without(after, before, ({ file, code, message }) => JSON.stringify([file, code, message]));
  const gone = without(before, after, ({ file, code, message }) => JSON.stringify([file, code, message]));
  const alike = ({ file, code, message }: FoundError) => JSON.stringify([file, code, withoutTypes(message)]);
  return without(left, gone, alike).filter((error) => !(saysMissing(error) && missing.has(error.message)));
}

/** A multiset less another. */
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

/** The first line of the message, less what is written in it as an object type. */
function withoutTypes(message: string): string {
  return (message.split("\n", 1)[0] ?? "").replace(/'[^']*[{}][^']*'/g, "'…'");
}

import { withoutColours } from "./wrap.js";

/** Decides for every line that a command prints whether the audience sees it. Nothing is invented or changed. */
export type Filter = (line: string) => string | undefined;

export const everything: Filter = (line) => line;

/** A new phase without the list of its files: they are in the commit, and the migrations are named again when they are applied. */
export function phaseOutput(others: Filter = everything): Filter {
  let isList = false;
  return (line) => {
    const plain = withoutColours(line);
    if (/^Written for /.test(plain)) isList = true;
    else if (!plain.startsWith("  ")) isList = false;
    if (isList || /^ *└─ /.test(plain)) return undefined;
    return others(line);
  };
}

/** A diff without its headings. */
export const changedLines: Filter = (line) => (/^([+-])(?!\1\1 )/.test(withoutColours(line)) ? line : undefined);

/** The one line of `lockstep init` that says what it did. */
export const verdictOnly: Filter = (line) => (/^Set up: /.test(withoutColours(line)) ? line : undefined);

/** Without what a CLI says every time. */
export function withoutLines(noise: readonly RegExp[]): Filter {
  return (line) => (noise.some((pattern) => pattern.test(withoutColours(line))) ? undefined : line);
}

/** Nothing else. */
export function matchingLines(patterns: readonly RegExp[]): Filter {
  return (line) => (patterns.some((pattern) => pattern.test(withoutColours(line))) ? line : undefined);
}

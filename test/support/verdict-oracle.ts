/** What a verdict says of a statement against what a server did: the part that is the same for every database system. */
import type { ConcernKind, Verdict } from "../../core/src/model/index.js";
import { isNightly } from "./nightly.js";

/** Every combination, or a sample. */
export const isWhole = isNightly || process.env.LOCKSTEP_VERDICTS === "all";

/** With these old code may fail: values are refused, rows have gone or have been changed. */
const mayBreak: ReadonlySet<ConcernKind> = new Set([
  "narrows-writes",
  "loses-data",
  "changes-rows",
  "changes-access",
  "drops-dependents",
  "not-understood",
  "hides-rows",
]);

/** What a server did. */
export interface Seen {
  /** Why the statement fails, with rows of every day or with awkward ones. */
  readonly failures: readonly string[];
  /** The statements of old code that fail behind it, and why. Undefined: it fails itself. */
  readonly broken: readonly string[] | undefined;
}

/** What is said and what is seen of failures and of old code disagree about; empty: nothing. */
export function disagreementsOf(
  sql: string,
  { concerns, doubts }: Pick<Verdict, "concerns" | "doubts">,
  { failures, broken }: Seen,
): string[] {
  const found: string[] = [];
  const kinds = concerns.map(({ kind }) => kind);
  const isSure = doubts.length === 0;
  const fails = concerns.flatMap((concern) => (concern.kind === "fails-on-rows" ? [concern.why] : []));
  const isSaid = fails.length > 0 || kinds.some((kind) => kind === "not-understood" || kind === "changes-rows");
  if (failures.length > 0 && !isSaid) found.push(`fails with rows, and nothing says so: ${failures[0]}`);
  // Whether a value passes a check or a cast, or two are alike, depends on more than these rows.
  const certain = sql.includes("GENERATED") ? [] : fails.filter((why) => why === "null" || why === "any-row");
  if (failures.length === 0 && certain.length > 0 && isSure) found.push(`never fails with ${certain.join()}`);
  if (broken === undefined) return found;
  if (kinds.includes("breaks-code-before") || kinds.includes("breaks-inserts")) {
    if (broken.length === 0 && isSure) found.push("breaks no old code");
  } else if (broken.length > 0 && !kinds.some((kind) => mayBreak.has(kind)))
    found.push(`breaks old code, and nothing says so: ${broken[0]}`);
  return found;
}

/** Prints what is wrong, and how much was tried, where LOCKSTEP_VERDICTS_SHOWN=1 asks for it. */
export function show(wrong: readonly string[], server: string, tried: number, refused: number): void {
  if (process.env.LOCKSTEP_VERDICTS_SHOWN !== "1") return;
  console.log([...wrong, `${tried} tried on ${server}, ${refused} refused, ${wrong.length} wrong`].join("\n"));
}

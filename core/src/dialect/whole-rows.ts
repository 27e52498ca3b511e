import type { WholeRowKind } from "../model/whole-rows.js";
import type { Routine, RoutineTrigger } from "./system-catalog.js";

/** A statement of a routine that takes the whole row. */
export interface WholeRowUse {
  readonly kind: WholeRowKind;
  /** On one line. Empty for `unread`. */
  readonly sql: string;
}

/** A routine as its body is read for whole rows: of a catalog, or of migrations. */
export type RoutineText = Pick<
  Routine,
  "what" | "kind" | "name" | "language" | "body" | "arguments" | "returns" | "row"
> & {
  /** Those of the table that run it. */
  readonly triggers: readonly Pick<RoutineTrigger, "definition">[];
  /** The statement that creates it. Absent: its parts make it. */
  readonly create?: string;
};

/** A routine that a migration creates. */
export interface WrittenRoutine extends Omit<RoutineText, "triggers"> {
  readonly triggers: readonly { readonly definition: string; readonly events: readonly string[] }[];
}

/** A routine with its statements that take the whole row; none: a new column does not break it. */
export interface WholeRowRoutine<Text extends RoutineText = RoutineText> {
  readonly routine: Text;
  readonly uses: readonly WholeRowUse[];
}

/** A routine that a new column breaks. */
export interface BrokenRoutine extends Omit<WholeRowUse, "sql"> {
  /** Display text: `function log_member()`. */
  readonly routine: string;
  readonly statement: string;
  /** The statements on the table that run it. Empty: only its callers fail. */
  readonly writes: readonly string[];
}

/** The routines that fail once their table has another column, one entry for each of their statements. */
export function brokenRoutines(users: readonly WholeRowRoutine<Routine | WrittenRoutine>[]): readonly BrokenRoutine[] {
  return users.flatMap(({ routine: { what, triggers }, uses }) => {
    const events: readonly string[] = triggers.flatMap((trigger) => trigger.events);
    const writes = [...new Set(events)].filter((event) => event !== "TRUNCATE");
    return uses.map(({ kind, sql }) => ({ routine: what, kind, statement: sql, writes }));
  });
}

/** The display names of objects that use a table, each once: triggers, routines, events, views. */
export function userNames(users: readonly Pick<WholeRowRoutine<Routine>, "routine">[]): readonly string[] {
  const names = users.flatMap(({ routine: { what, triggers } }) => [...triggers.map((each) => each.what), what]);
  return [...new Set(names)].sort();
}

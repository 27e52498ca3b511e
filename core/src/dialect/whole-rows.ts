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
};

/** A routine with the statements that take the whole row. */
export interface WholeRowRoutine<Text extends RoutineText = RoutineText> {
  readonly routine: Text;
  readonly uses: readonly WholeRowUse[];
}

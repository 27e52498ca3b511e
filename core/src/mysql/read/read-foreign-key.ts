import type { ReferentialAction, TableName } from "../../model/index.js";
import { type Cursor, notUnderstood } from "./cursor.js";

/** What stands behind REFERENCES. */
export interface References {
  readonly references: TableName;
  readonly referencedColumns: readonly string[];
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
  readonly isMatchFull: boolean;
  readonly hasOther: boolean;
}

/** What stands behind REFERENCES, to the last action. */
export function readReferences(cursor: Cursor): References {
  const references = cursor.table();
  const referencedColumns = cursor.is("(") ? cursor.listed((each) => each.name()) : [];
  const match = cursor.take("MATCH") ? cursor.one("FULL", "PARTIAL", "SIMPLE") : "SIMPLE";
  if (match === undefined) throw notUnderstood;
  const actions: { onUpdate: ReferentialAction; onDelete: ReferentialAction } = {
    onUpdate: "NO ACTION",
    onDelete: "NO ACTION",
  };
  for (let event = eventOf(cursor); event !== undefined; event = eventOf(cursor)) actions[event] = actionOf(cursor);
  return { references, referencedColumns, ...actions, isMatchFull: match === "FULL", hasOther: match === "PARTIAL" };
}

function eventOf(cursor: Cursor): "onDelete" | "onUpdate" | undefined {
  if (cursor.take("ON", "DELETE")) return "onDelete";
  return cursor.take("ON", "UPDATE") ? "onUpdate" : undefined;
}

function actionOf(cursor: Cursor): ReferentialAction {
  const action = (["NO ACTION", "SET NULL", "SET DEFAULT", "RESTRICT", "CASCADE"] as const).find((words) =>
    cursor.take(...words.split(" ")),
  );
  if (action === undefined) throw notUnderstood;
  return action;
}

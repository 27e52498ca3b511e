import { type Cursor, notUnderstood } from "./cursor.js";
import type { What } from "./read-alter.js";

/** What stands behind SET: an operation for every variable. Those of the server are called `GLOBAL x`, the user's `@x`. */
export function readSetting(cursor: Cursor): What[] {
  if (cursor.one("NAMES", "CHARSET") !== undefined || cursor.take("CHARACTER", "SET")) return rest(cursor, "NAMES");
  const scope = cursor.one("GLOBAL", "SESSION", "LOCAL");
  // Without a scope it is said of the next transaction alone.
  if (cursor.take("TRANSACTION")) return rest(cursor, "TRANSACTION", scope === undefined);
  const other = cursor.one("PASSWORD", "ROLE", "DEFAULT", "RESOURCE");
  if (other !== undefined) return rest(cursor, other);
  if (scope !== undefined) cursor.at -= 1;
  return cursor.list((each) => {
    const name = variableOf(each);
    each.take(":");
    each.need("=");
    const from = each.at;
    each.skipTo(",");
    if (each.at === from) throw notUnderstood;
    return { kind: "setting", name, isLocal: false };
  });
}

function rest(cursor: Cursor, name: string, isLocal = false): What[] {
  if (cursor.isDone) throw notUnderstood;
  cursor.at = cursor.end;
  return [{ kind: "setting", name, isLocal }];
}

function variableOf(cursor: Cursor): string {
  const isOwn = cursor.take("@");
  const isSystem = isOwn && cursor.take("@");
  if (isOwn && !isSystem) return `@${cursor.next().text.toLowerCase()}`;
  const scope = cursor.one("GLOBAL", "PERSIST", "PERSIST_ONLY", "SESSION", "LOCAL");
  if (scope !== undefined && isSystem) cursor.need(".");
  const { schema, name } = cursor.table();
  const variable = schema === undefined ? name : `${schema}.${name}`;
  return scope === undefined || scope === "SESSION" || scope === "LOCAL" ? variable : `${scope} ${variable}`;
}

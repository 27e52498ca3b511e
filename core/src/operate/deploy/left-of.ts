import { named } from "../../base/pattern-of.js";
import type { BodyReader } from "../../dialect/body.js";
import type { Dependent, RoutineTrigger, Taken } from "../../dialect/system-catalog.js";
import { isSameTable, type Operation, type OperationOf } from "../../model/index.js";
import { useOfTaken } from "../../sql/body.js";

/**
 * What earlier statements leave of an object; undefined: nothing that needs what is taken.
 *
 * @param reader splits the texts of functions
 */
export function leftOf(
  dependent: Dependent,
  taken: Taken,
  operations: readonly Operation[],
  reader: BodyReader,
): Dependent | undefined {
  const { routine, name } = dependent;
  let made: Operation | "before" | undefined = "before";
  let triggers: readonly RoutineTrigger[] = routine?.triggers ?? [];
  const dropping =
    routine === undefined
      ? /\b(?:DROP|PUBLICATION)\b/i
      : /\bDROP\s+(?:TRIGGER|FUNCTION|PROCEDURE|ROUTINE|EVENT|VIEW)\b/i;
  for (const operation of operations) {
    if (isMadeBy(operation, name)) made = operation;
    else if (operation.kind === "createFunction" || !dropping.test(operation.sql)) continue;
    else if (named(name).test(operation.sql)) made = undefined;
    else triggers = triggers.filter((each) => !named(each.name).test(operation.sql));
  }
  if (made === undefined) return undefined;
  if (routine === undefined)
    return made !== "before" && made.kind === "createView" && !uses(made, taken) ? undefined : dependent;
  if (made === "before" && triggers.length === routine.triggers.length) return dependent;
  const body = made === "before" ? routine.body : made.kind === "createFunction" ? (made.body ?? made.sql) : made.sql;
  const effect = useOfTaken({ ...routine, body, triggers }, taken, reader);
  return effect === undefined ? undefined : { ...dependent, effect };
}

function isMadeBy(operation: Operation, name: string): boolean {
  if (operation.kind === "createTrigger") return operation.name === name;
  return (operation.kind === "createFunction" || operation.kind === "createView") && operation.name.name === name;
}

function uses({ reads = [] }: OperationOf<"createView">, { kind, table, name }: Taken): boolean {
  const own = reads.filter((each) => isSameTable(each.table, table));
  return own.some((each) => kind === "table" || each.isAll || each.names.includes(name));
}

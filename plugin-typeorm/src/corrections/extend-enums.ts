import {
  hasEnumValue,
  isSameTable,
  type Operation,
  type OperationOf,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type TableName,
} from "@lockstep/core";
import { isSeparable, type Line, operationsOf, replaced } from "./draft.js";
import { formerValues, isAddedWith, isDefaultOf, type RebuiltEnum, rebuiltEnums } from "./rebuilt-enums.js";

/** An enum that gets values, or another name, and stays the same type. */
export interface ExtendedEnum {
  readonly name: TableName;
  /** Its former name. */
  readonly from: TableName;
  readonly added: readonly string[];
}

export interface ExtendedEnums {
  readonly lines: Line[];
  readonly extended: readonly ExtendedEnum[];
  /** Values that the change now adds once, and before they are used. */
  readonly moved: readonly OperationOf<"addEnumValue">[];
  /** Enums that are recreated once for all of their columns. */
  readonly merged: readonly TableName[];
}

/**
 * The change with ADD VALUE, and RENAME, instead of a recreated enum that loses no value: TypeORM 0.3 recreates it for every value. A value
 * is added once, and before a column that has it as its default. Left unchanged if another part of the change uses an added value, because
 * PostgreSQL rejects that in one transaction.
 *
 * @param opposite the statements that revert the change: they contain the former values
 */
export function extendEnums(lines: readonly Line[], opposite: readonly Operation[]): ExtendedEnums {
  const operations = operationsOf(lines);
  const all = rebuiltEnums(operations);
  const extended: ExtendedEnum[] = [];
  const by = new Map<Operation, readonly string[]>();
  const first: string[] = [];
  for (const rebuilt of all) {
    const { from, to, create, values } = rebuilt;
    const former = formerValues(from, opposite) ?? [];
    const kept = all.filter((other) => isSameTable(other.to, to)).map((each) => defaultsToKeep(each, lines, opposite));
    const defaults = kept.every((each) => each !== undefined) ? kept.flat() : undefined;
    if (defaults === undefined) continue;
    for (const operation of rebuilt.operations) if (!defaults.some((each) => each === operation)) by.set(operation, []);
    if (extended.some(({ name }) => isSameTable(name, to))) continue;
    const added = values.filter((value) => !former.includes(value));
    const statements = extension(from, to, former, values);
    const early = operations.findIndex((operation) => isAddedWith(operation, to, added));
    if (early !== -1 && early < operations.indexOf(create)) first.push(...statements);
    else by.set(create, statements);
    extended.push({ name: to, from, added });
  }
  const moved = misplacedAdditions(operations);
  for (const addition of moved) {
    by.set(addition, []);
    if (!first.includes(addition.sql)) first.push(addition.sql);
  }
  const merged = mergeRebuilt(
    all.filter(({ create }) => !by.has(create)),
    by,
  );
  const front = first.map((sql): Line => ({ sql, operations: [], statement: undefined }));
  return { lines: [...front, ...replaced(lines, by)], extended, moved, merged };
}

/**
 * The defaults that change with the enum, or are dropped. Undefined if it cannot be extended: a value is removed, another part of the
 * change uses a new one, or the former values are unknown.
 */
function defaultsToKeep(
  rebuilt: RebuiltEnum,
  lines: readonly Line[],
  opposite: readonly Operation[],
): readonly Operation[] | undefined {
  const former = formerValues(rebuilt.from, opposite);
  if (former === undefined || !former.every((value) => rebuilt.values.includes(value))) return undefined;
  if (!rebuilt.operations.every((operation) => isSeparable(operation, lines))) return undefined;
  const added = rebuilt.values.filter((value) => !former.includes(value));
  const kept: readonly Operation[] = changedDefaults(rebuilt, opposite);
  const others = operationsOf(lines).filter((operation) => !rebuilt.operations.includes(operation));
  return [...others, ...kept].some((operation) => usesOneOf(operation, added)) ? undefined : kept;
}

/**
 * Recreates a type that several columns share once for all of them: TypeORM does so for each, and cannot drop the old type while another
 * column uses it.
 */
function mergeRebuilt(rebuilt: readonly RebuiltEnum[], by: Map<Operation, readonly string[]>): TableName[] {
  const merged: TableName[] = [];
  for (const [at, one] of rebuilt.entries()) {
    const isSame = ({ from, to, create }: RebuiltEnum) =>
      isSameTable(from, one.from) && isSameTable(to, one.to) && isSameTable(create.name, one.create.name);
    const others = rebuilt.slice(at + 1).filter(isSame);
    if (others.length === 0 || by.has(one.create) || rebuilt.slice(0, at).some(isSame)) continue;
    // For ALTER TABLE an operation has the clause.
    const conversions = others.flatMap(({ statements }) =>
      statements.map(({ table, sql }) => `ALTER TABLE ${quoteTable(table)} ${sql}`),
    );
    for (const operation of others.flatMap(({ operations }) => operations)) by.set(operation, []);
    by.set(one.drop, [...conversions, one.drop.sql]);
    merged.push(one.to);
  }
  return merged;
}

/** TypeORM 1 adds a value once for each column of the type, which fails, and after new columns of the type. */
function misplacedAdditions(operations: readonly Operation[]): OperationOf<"addEnumValue">[] {
  return operations.flatMap((operation, at) => {
    if (operation.kind !== "addEnumValue") return [];
    const { name, value } = operation;
    const isTwice = operations.some(
      (other, place) =>
        place !== at && other.kind === "addEnumValue" && other.value === value && isSameTable(other.name, name),
    );
    const isLate = operations.slice(0, at).some((other) => isAddedWith(other, name, [value]));
    return isTwice || isLate ? [operation] : [];
  });
}

function changedDefaults(
  { conversions, defaults }: RebuiltEnum,
  opposite: readonly Operation[],
): readonly OperationOf<"setDefault">[] {
  return conversions.flatMap((conversion) => {
    const last = defaults.findLast((operation) => isDefaultOf(operation, conversion));
    const former = opposite.find(
      (other) => other.kind === "setDefault" && other.defaultSql !== undefined && isDefaultOf(other, conversion),
    );
    const isSame = former?.kind === "setDefault" && last?.defaultSql === former.defaultSql;
    return last === undefined || isSame ? [] : [last];
  });
}

/** A new column may have the value as its default: it is added in a file of its own (the rule use-new-enum-value). */
function usesOneOf(operation: Operation, values: readonly string[]): boolean {
  if (["addColumn", "createType", "addEnumValue"].includes(operation.kind)) return false;
  return values.some((value) => hasEnumValue(operation.sql, value, quoteLiteral));
}

/** Adds each new value after its predecessor, so that they sort as in the model. */
function extension(from: TableName, to: TableName, former: readonly string[], values: readonly string[]): string[] {
  const rename = from.name === to.name ? [] : [`ALTER TYPE ${quoteTable(from)} RENAME TO ${quoteIdentifier(to.name)}`];
  const current = [...former];
  const additions = values.flatMap((value, at) => {
    if (former.includes(value)) return [];
    const before = values[at - 1];
    const position = before === undefined ? 0 : current.indexOf(before) + 1;
    const place = placeOf(before, current[0], position === current.length);
    current.splice(position, 0, value);
    return [`ALTER TYPE ${quoteTable(to)} ADD VALUE IF NOT EXISTS ${quoteLiteral(value)}${place}`];
  });
  return [...rename, ...additions];
}

function placeOf(before: string | undefined, first: string | undefined, isLast: boolean): string {
  if (isLast) return "";
  if (before !== undefined) return ` AFTER ${quoteLiteral(before)}`;
  return first === undefined ? "" : ` BEFORE ${quoteLiteral(first)}`;
}

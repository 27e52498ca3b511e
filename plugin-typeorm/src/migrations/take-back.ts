import { isSameTable, type Migration, type Operation, type Plan } from "@lockstep/core";
import type { LogStep } from "../intercept/recorded-log.js";
import type { Query } from "../wrapper/typeorm.cjs";

/**
 * What takes back which statement of a migration by hand, told by what the two do. A way back that takes back nothing of the migration
 * stands with its first statement: it runs last.
 *
 * @param queries the statements of `migration`, one each
 * @param back what `down` runs, in its order
 * @returns what the plan leaves to the migration itself; its units take back what they do
 */
export function stepsBetween(
  plan: Plan,
  migration: Migration,
  queries: readonly Query[],
  back: Migration,
): { readonly down: readonly Query[]; readonly steps: readonly LogStep[] } {
  const downs = new Map<Query, Query[]>(queries.map((query) => [query, []]));
  const all: Query[] = [];
  for (const { operations, head } of statementsOf(back)) {
    const byQuery = new Map<Query | undefined, Operation[]>();
    for (const operation of operations) {
      if (isOfPlan(operation, plan)) continue;
      const taken = migration.operations.find((other) => takesBack(operation, other));
      const query = taken === undefined ? firstOwn(plan, migration, queries) : queries[taken.statement];
      byQuery.set(query, [...(byQuery.get(query) ?? []), operation]);
    }
    for (const [query, own] of byQuery) {
      const down: Query = { query: `${head}${own.map(({ sql }) => sql).join(", ")}` };
      all.push(down);
      if (query !== undefined) downs.get(query)?.push(down);
    }
  }
  return { down: all, steps: queries.map((query) => ({ up: [query], down: downs.get(query) ?? [] })) };
}

/** Each statement with its operations, and with what stands before the first: `ALTER TABLE "users" `. */
function statementsOf({ statements, operations }: Migration) {
  return statements.map(({ index, sql }) => {
    const own = operations.filter(({ statement }) => statement === index);
    const [first] = own;
    return { operations: own, head: first === undefined ? "" : sql.slice(0, sql.indexOf(first.sql)) };
  });
}

/** The first statement that the plan leaves as it is. */
function firstOwn(plan: Plan, { statements }: Migration, queries: readonly Query[]): Query | undefined {
  const originals = plan.units.flatMap(({ spec }) => (spec.kind === "original" ? [spec.sql] : []));
  const at = statements.findIndex(({ sql }) => originals.some((text) => text.includes(`${sql};`)));
  return queries[at];
}

/** It is about a column of the plan, or takes away what one of its units made: they bring their own way back. */
function isOfPlan(operation: Operation, { columns, units }: Plan): boolean {
  const made = units.flatMap(({ spec }) =>
    spec.kind === "create-index" ? [spec.index.name] : spec.kind === "add-foreign-key" ? [spec.foreignKey.name] : [],
  );
  if (operation.kind === "dropIndex") return made.includes(operation.name.name);
  if (operation.kind === "dropConstraint") return made.includes(operation.name);
  if (!("table" in operation)) return false;
  const name = "column" in operation && typeof operation.column === "string" ? [operation.column] : [];
  const names = operation.kind === "update" ? operation.columns : name;
  return (
    names.length > 0 &&
    names.every((each) => columns.some((column) => column.name === each && isSameTable(column.table, operation.table)))
  );
}

/** What undoes what, by the names of both. */
function takesBack(down: Operation, up: Operation): boolean {
  return undoes(down, up) || undoes(up, down);
}

function undoes(one: Operation, other: Operation): boolean {
  switch (one.kind) {
    case "dropTable":
      return other.kind === "createTable" && isSameTable(one.table, other.table);
    case "dropColumn":
      return other.kind === "addColumn" && isSameTable(one.table, other.table) && one.column === other.column.name;
    case "dropIndex":
      return other.kind === "createIndex" && one.name.name === other.name;
    case "dropConstraint":
      return "name" in other && "table" in other && one.name === other.name && isSameTable(one.table, other.table);
    case "dropType":
      return other.kind === "createType" && isSameTable(one.name, other.name);
    case "dropView":
      return other.kind === "createView" && isSameTable(one.name, other.name);
    case "dropNotNull":
      return other.kind === "setNotNull" && isSameTable(one.table, other.table) && one.column === other.column;
    case "setDefault":
    case "setType":
      return other.kind === one.kind && isSameTable(one.table, other.table) && one.column === other.column;
    case "renameColumn":
      return other.kind === "renameColumn" && isSameTable(one.table, other.table) && one.column === other.newName;
    case "delete":
      return other.kind === "insert" && isSameTable(one.table, other.table);
    case "update":
      return other.kind === "update" && isSameTable(one.table, other.table);
    default:
      return false;
  }
}

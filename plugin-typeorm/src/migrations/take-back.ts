import {
  builtInContract,
  isSameTable,
  LockstepError,
  type Migration,
  type Operation,
  type OrmQuery,
  type Plan,
  type SqlReader,
  type Unit,
} from "@lockstep/core";

/**
 * Gives the statements of a migration by hand that a plan leaves as they are what its `down` has for them, told by what the two do. A
 * way back that takes back nothing of the migration stands with the first of them: it runs last. What takes back a statement that the plan
 * has rewritten goes: the plan's own way back takes its place.
 *
 * @param back what `down` runs, in its order; `transaction`: what the class says of its own, which its statements need or bear
 * @throws LS2074 where nothing of the migration is left that such a statement could stand with
 */
export function withOwnDown(
  plan: Plan,
  { back, transaction }: { readonly back: Migration; readonly transaction: boolean | undefined },
  file: string,
  readMigration: SqlReader["readMigration"],
): Plan {
  const originals = plan.units.filter(({ phase, spec }) => phase === "expand" && spec.kind === "original");
  const up = new Map(originals.map((unit) => [unit, readOriginal(unit, file, readMigration)]));
  const down = new Map<Unit, OrmQuery[]>(originals.map((unit) => [unit, []]));
  const beyond = (line: number, { sql }: Operation) =>
    new LockstepError("LS2074", `${file}:${line}: ${sql.replace(/\s+/g, " ")}`, { details: { line } });
  const copied = copiedWithWayBack(plan, file, readMigration);
  for (const { operations, head, line } of statementsOf(back)) {
    const left = operations.filter(
      (operation) => !isOfPlan(operation, plan) && !copied.some((other) => takesBack(operation, other)),
    );
    const byUnit = new Map<Unit, Operation[]>();
    for (const operation of left) {
      const taken = originals.find((unit) => up.get(unit)?.operations.some((other) => takesBack(operation, other)));
      const unit = taken ?? originals[0];
      if (unit === undefined || (head === "" && left.length < operations.length)) throw beyond(line, operation);
      byUnit.set(unit, [...(byUnit.get(unit) ?? []), operation]);
    }
    // What drops several objects is one statement of several operations: whole, it goes with the first of them.
    const [first] = byUnit;
    if (first !== undefined && head === "") down.get(first[0])?.push({ sql: first[1][0]?.sql ?? "" });
    else
      for (const [unit, own] of byUnit) down.get(unit)?.push({ sql: `${head}${own.map(({ sql }) => sql).join(", ")}` });
  }
  const units = plan.units.map((unit): Unit => {
    if (unit.spec.kind !== "original" || !originals.includes(unit)) return unit;
    const { statements = [], operations = [] } = up.get(unit) ?? {};
    const stated = new Set(operations.flatMap((each) => (each.kind === "transaction" ? [each.statement] : [])));
    // The class has a transaction of its own.
    const queries = statements.filter(({ index }) => !stated.has(index)).map(({ sql }) => ({ sql }));
    const own = transaction === undefined ? {} : { transaction };
    return { ...unit, spec: { ...unit.spec, ...own, queries, down: down.get(unit) ?? [] } };
  });
  return { ...plan, units };
}

function readOriginal({ spec }: Unit, file: string, readMigration: SqlReader["readMigration"]): Migration {
  return readMigration(spec.kind === "original" ? spec.sql : "", file);
}

/** What units do by a copy of the table and take back by themselves: a MODIFY that no column of the plan is about, a CHECK. */
function copiedWithWayBack(
  { units }: Plan,
  file: string,
  readMigration: SqlReader["readMigration"],
): readonly Operation[] {
  return units.flatMap(({ spec, ddl }) =>
    spec.kind === "online-copy" && spec.changes.every(({ back }) => back !== undefined)
      ? readMigration(ddl, file).operations
      : [],
  );
}

/** Each statement with its operations, and with what stands before the first: `ALTER TABLE "users" `. */
function statementsOf({ statements, operations }: Migration) {
  return statements.map(({ index, sql, line }) => {
    const own = operations.filter(({ statement }) => statement === index);
    const [first] = own;
    return { operations: own, line, head: first === undefined ? "" : sql.slice(0, sql.indexOf(first.sql)) };
  });
}

/** It is about a column of the plan, or takes away what one of its units made: they bring their own way back. */
function isOfPlan(operation: Operation, plan: Plan): boolean {
  const { columns, units } = plan;
  const made = [
    ...units.flatMap(({ spec }) =>
      spec.kind === "create-index" ? [spec.index.name] : spec.kind === "add-foreign-key" ? [spec.foreignKey.name] : [],
    ),
    ...builtInContract(plan),
  ];
  if (operation.kind === "form" && operation.what === "AT_ReplicaIdentity")
    return units.some(
      ({ phase, spec }) => phase === "contract" && spec.kind === "original" && / REPLICA IDENTITY /i.test(spec.sql),
    );
  if (operation.kind === "dropIndex") return made.includes(operation.name.name);
  if (operation.kind === "dropConstraint") return made.includes(operation.name);
  // An index, or a constraint, that contract drops, its undo makes again.
  if ("name" in operation && (operation.kind === "createIndex" || operation.kind === "addUnique"))
    return units.some(({ spec }) => spec.kind === "drop-index" && spec.index.name === operation.name);
  if (!("table" in operation)) return false;
  const name = "column" in operation && typeof operation.column === "string" ? [operation.column] : [];
  const names =
    operation.kind === "update"
      ? operation.columns
      : operation.kind === "redeclareColumn"
        ? [operation.formerName]
        : name;
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
      return other.kind === "dropIndex"
        ? one.name.name === other.name.name
        : other.kind === "createIndex" && one.name.name === other.name;
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
    case "redeclareColumn":
      return (
        other.kind === "redeclareColumn" &&
        isSameTable(one.table, other.table) &&
        one.formerName === other.column.name &&
        one.column.name === other.formerName
      );
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

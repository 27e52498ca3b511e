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
 * Pairs the statements of a hand-written migration that a plan leaves unchanged with their part of `down`, matched by what the two do. A
 * `down` statement that reverts nothing of the migration is put with the first of them: it runs last. What reverts a statement that the
 * plan rewrote is dropped: the plan's own `down` replaces it.
 *
 * @param back the statements of `down`, in their order; `transaction`: the class's own setting, which its statements need or allow
 * @throws LS2074 if no unchanged statement is left that such a statement could be put with
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
    // A statement that drops several objects has several operations: the whole statement is put with the first of them.
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

/** What units do by a table copy and revert themselves: a MODIFY of a column outside the plan, a CHECK. */
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

/** Each statement with its operations, and with the text before the first: `ALTER TABLE "users" `. */
function statementsOf({ statements, operations }: Migration) {
  return statements.map(({ index, sql, line }) => {
    const own = operations.filter(({ statement }) => statement === index);
    const [first] = own;
    return { operations: own, line, head: first === undefined ? "" : sql.slice(0, sql.indexOf(first.sql)) };
  });
}

/** It concerns a column of the plan, or drops what one of its units created: those have their own `down`. */
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
  // The undo of contract re-creates an index or constraint that contract drops.
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

/** Which statement reverts which, by the names of both. */
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

import type { Used } from "../dialect/judging.js";
import { type Dependent, type TableName, userTypeText } from "../model/index.js";
import { isSame, type KnownTable, type KnownTables } from "./known-tables.js";
import { callsFunction, type KnownUses } from "./known-uses.js";

/** Known dependents of a column, table, view or type, which prevent its change or drop. */
export function dependentsOf(used: Used, tables: KnownTables, uses: KnownUses): readonly Dependent[] {
  if (used.what === "type") {
    const type = userTypeText(used.name);
    return [...tables.all()].flatMap(({ name: table, columns }) =>
      [...columns].flatMap(([name, known]) =>
        known.type === type || known.type === `${type}[]` ? [{ what: "column" as const, name, table }] : [],
      ),
    );
  }
  if (used.what === "function") return [...uses.callersOf(used.name), ...callersIn(tables, used.name)];
  if (used.what === "sequence") return [...tables.all()].flatMap((table) => ownersOf(used.name, table));
  if (used.what === "column") {
    const { table, column } = used;
    const others = [...(tables.find(table)?.columns.values() ?? [])].flatMap(({ declaration }) =>
      declaration?.computedFrom?.includes(column)
        ? [{ what: "generated column" as const, name: declaration.name, table }]
        : [],
    );
    return [...uses.usersOf(table, column).map(({ by }) => by), ...others];
  }
  if (used.what === "field") return uses.takersOf(used.table, used.column);
  if (used.what === "key-column") return keysOver(used, tables);
  if (used.what === "policies") return uses.policiesOf(used.table);
  const keys = [...tables.referring(used.name)].flatMap(({ name: table, constraints }) =>
    isSame(table, used.name)
      ? []
      : [...constraints.values()].flatMap(({ name = "", references }) =>
          references !== undefined && isSame(references, used.name)
            ? [{ what: "foreign key" as const, name, table }]
            : [],
        ),
  );
  return [...uses.usersOf(used.name).map(({ by }) => by), ...keys];
}

/** For systems with case-insensitive column names. */
function keysOver({ table, column }: Extract<Used, { what: "key-column" }>, tables: KnownTables): readonly Dependent[] {
  const has = (columns: readonly string[] = []) => columns.some((each) => each.toLowerCase() === column.toLowerCase());
  const own = tables.find(table);
  return [...new Set([...(own === undefined ? [] : [own]), ...tables.referring(table)])].flatMap((from) =>
    [...from.constraints.values()].flatMap(({ name = "", columns, references, referencedColumns }) => {
      if (references === undefined || referencedColumns === undefined) return [];
      const isOver = (from === own && has(columns)) || (isSame(references, table) && has(referencedColumns));
      return isOver ? [{ what: "foreign key" as const, name, table: from.name }] : [];
    }),
  );
}

/** Columns, checks and indexes that call a function. */
function callersIn(tables: KnownTables, of: TableName): Dependent[] {
  const isCalled = (sql = "") => callsFunction(sql, of);
  const isAmong = (calls: readonly string[] = []) => calls.some((each) => isCalled(`${each}(`));
  return [...tables.all()].flatMap(({ name: table, columns, constraints }) => [
    ...[...columns].flatMap(([name, { declaration }]): Dependent[] => {
      if (isAmong(declaration?.computedBy)) return [{ what: "generated column", name, table }];
      const texts = [declaration?.defaultSql, ...(declaration?.checks ?? []).map(({ sql }) => sql)];
      return texts.some(isCalled) ? [{ what: "column", name, table }] : [];
    }),
    ...[...constraints.values()].flatMap(({ calls, name = "" }) =>
      isAmong(calls) ? [{ what: "check" as const, name, table }] : [],
    ),
    ...tables
      .indexesOf(table)
      .flatMap(({ definition, name }) => (isCalled(definition) ? [{ what: "index" as const, name, table }] : [])),
  ]);
}

/** Columns that draw from a sequence: by their default, or because PostgreSQL created it for them. */
function ownersOf(sequence: TableName, { name: table, columns }: KnownTable): Dependent[] {
  return [...columns].flatMap(([name, { declaration }]) => {
    const { defaultSql = "", isSerial = false, isIdentity = false } = declaration ?? {};
    const isOwn = (isSerial || isIdentity) && isSame(sequence, { ...table, name: `${table.name}_${name}_seq` });
    const named = /^nextval\s*\(\s*'([^']+)'\s*(?:::\s*regclass\s*)?\)/i.exec(defaultSql)?.[1];
    const parts = named
      ?.match(/"[^"]+"|[^".]+/g)
      ?.map((part) => (part.startsWith('"') ? part.slice(1, -1) : part.toLowerCase()));
    const [last = "", schema] = parts?.toReversed() ?? [];
    const isNamed = isSame(sequence, schema === undefined ? { name: last } : { schema, name: last });
    return isOwn || isNamed ? [{ what: "column" as const, name, table }] : [];
  });
}

import type { Used } from "../dialect/judging.js";
import { type Dependent, userTypeText } from "../model/index.js";
import { isSame, type KnownTables } from "./known-tables.js";
import type { KnownUses } from "./known-uses.js";

/** What is known to use a column, a table, a view or a type, and so keeps it from being changed or dropped. */
export function dependentsOf(used: Used, tables: KnownTables, uses: KnownUses): readonly Dependent[] {
  if (used.what === "type") {
    const type = userTypeText(used.name);
    return [...tables.all()].flatMap(({ name: table, columns }) =>
      [...columns].flatMap(([name, known]) =>
        known.type === type || known.type === `${type}[]` ? [{ what: "column" as const, name, table }] : [],
      ),
    );
  }
  if (used.what === "column") {
    const { table, column } = used;
    const others = [...(tables.find(table)?.columns.values() ?? [])].flatMap(({ declaration }) =>
      declaration?.computedFrom?.includes(column)
        ? [{ what: "generated column" as const, name: declaration.name, table }]
        : [],
    );
    return [...uses.usersOf(table, column).map(({ by }) => by), ...others];
  }
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

/** Where columns are found in any case. */
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

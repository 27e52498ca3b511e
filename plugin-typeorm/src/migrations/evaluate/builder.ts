import { createHash } from "node:crypto";

/** Options of `new Table({ … })`, `new TableColumn({ … })` and their like, as plain data. */
type Options = { readonly [name: string]: unknown };

/** Methods of the query runner that only read. */
export function looksOnly(method: string): boolean {
  return /^(?:has|get|is)[A-Z]|^(?:connect|release|loadTables|escape|enableSqlMemory|disableSqlMemory|clearSqlMemory)$/.test(
    method,
  );
}

/**
 * The statements that TypeORM's query runner for PostgreSQL runs for a method of its builder. If they depend on the schema of the
 * database, a statement with the same effect: `DROP TABLE` drops its indexes and keys, `DROP COLUMN` those of the column alone.
 *
 * @param args as plain data
 * @returns undefined for other methods, and if only the database determines the statements
 */
export function builder(method: string, args: readonly unknown[]): readonly string[] | undefined {
  const own = methods.get(method);
  if (own !== undefined) return own(...(args as never[]));
  // `createIndices(table, […])` is one `createIndex` after another.
  const each = methods.get(method.replace(/Indices$/, "Index").replace(/s$/, ""));
  const [table, items, ...rest] = args;
  if (each === undefined || !Array.isArray(items)) return undefined;
  const made = items.map((item) => each(...([table, item, ...rest] as never[])));
  return made.every((statements) => statements !== undefined) ? made.flat() : undefined;
}

type Method = (...args: never[]) => readonly string[] | undefined;
const own: Readonly<Record<string, Method>> = {
  createSchema: (name: string, ifNotExists) => [
    `CREATE SCHEMA ${when(ifNotExists, "IF NOT EXISTS ")}${quote(lastOf(name))}`,
  ],
  dropSchema: (name: string, ifExists, isCascade) => [
    `DROP SCHEMA ${when(ifExists, "IF EXISTS ")}${quote(lastOf(name))}${when(isCascade, " CASCADE")}`,
  ],
  createTable,
  dropTable: (table, ifExists) => [`DROP TABLE ${when(ifExists, "IF EXISTS ")}${path(table)}`],
  renameTable: (table, name: string) => [`${alter(table)} RENAME TO ${quote(name)}`],
  clearTable: (table, options?: { cascade?: boolean }) => [
    `TRUNCATE TABLE ${path(table)}${when(options?.cascade, " CASCADE")}`,
  ],
  addColumn,
  dropColumn: (table, column, ifExists) => [
    `${alter(table)} DROP COLUMN ${when(ifExists, "IF EXISTS ")}${quote(nameOf(column))}`,
  ],
  renameColumn: (table, from, to) =>
    typeof to === "string" ? [`${alter(table)} RENAME COLUMN ${quote(nameOf(from))} TO ${quote(to)}`] : undefined,
  createPrimaryKey: (table, columns: string[], name?: string) => [
    `${alter(table)} ADD CONSTRAINT ${quote(name ?? hashed("PK_", table, columns))} PRIMARY KEY (${names(columns)})`,
  ],
  createUniqueConstraint: (table, unique: Options) => [`${alter(table)} ADD ${uniqueSql(table, unique)}`],
  createCheckConstraint: (table, check: Options) => [`${alter(table)} ADD ${checkSql(table, check)}`],
  createForeignKey: (table, key: Options) => [`${alter(table)} ADD ${foreignKeySql(table, key)}`],
  createIndex: (table, index: Options) => [indexSql(table, index)],
  dropIndex: (table, index, ifExists) => {
    const name = constraintOf("indices", table, index);
    // The schema that a connection starts in: TypeORM names it here.
    const { schema = "public" } = parsed(table);
    const isConcurrent = (index as Options).isConcurrent;
    return name === undefined
      ? undefined
      : [
          `DROP INDEX ${when(isConcurrent, "CONCURRENTLY ")}${when(ifExists, "IF EXISTS ")}${quote(schema)}.${quote(name)}`,
        ];
  },
  dropUniqueConstraint: (table, unique, ifExists) =>
    dropConstraint(table, constraintOf("uniques", table, unique), ifExists),
  dropCheckConstraint: (table, check, ifExists) =>
    dropConstraint(table, constraintOf("checks", table, check), ifExists),
  dropForeignKey: (table, key, ifExists) => dropConstraint(table, constraintOf("foreignKeys", table, key), ifExists),
};
const methods = new Map(Object.entries(own));

function createTable(
  table: Options,
  ifNotExists: unknown,
  withKeys: unknown = true,
  withIndices: unknown = true,
): readonly string[] | undefined {
  const all = (part: string) => (table[part] ?? []) as Options[];
  if (all("exclusions").length > 0) return undefined;
  const columns = all("columns");
  const primary = columns.filter(({ isPrimary }) => isPrimary);
  const uniques = all("uniques");
  const isThere = (name: string) => uniques.some(({ columnNames }) => String(columnNames) === name);
  const single = columns
    .filter((column) => column.isUnique && !isThere(nameOf(column)))
    .map((column) => ({ columnNames: [nameOf(column)] }));
  const types = new Set(columns.filter(isEnum).map((column) => createType(table, column)));
  const body = [
    ...columns.map((column) => columnSql(table, column)),
    ...[...uniques, ...single].map((unique) => uniqueSql(table, unique)),
    ...all("checks").map((check) => checkSql(table, check)),
    ...(withKeys ? all("foreignKeys") : []).map((key) => foreignKeySql(table, { ...ofTable(table), ...key })),
    ...(primary.length > 0
      ? [
          `CONSTRAINT ${quote((primary[0]?.primaryKeyConstraintName as string | undefined) ?? hashed("PK_", table, primary.map(nameOf)))} PRIMARY KEY (${names(primary.map(nameOf))})`,
        ]
      : []),
  ];
  return [
    ...types,
    `CREATE TABLE ${when(ifNotExists, "IF NOT EXISTS ")}${path(table)} (${body.join(", ")})`,
    ...columns.flatMap((column) => comment(table, column)),
    ...(withIndices ? all("indices") : []).map((index) => indexSql(table, index)),
    ...(table.comment ? [`COMMENT ON TABLE ${path(table)} IS ${literal(String(table.comment))}`] : []),
  ];
}

const ofTable = ({ schema }: Options): Options => (schema === undefined ? {} : { referencedSchema: schema });

function addColumn(table: unknown, column: Options): readonly string[] | undefined {
  // The current key of the table is unknown.
  if (column.isPrimary) return undefined;
  return [
    ...(isEnum(column) ? [createType(table, column)] : []),
    `${alter(table)} ADD ${columnSql(table, column)}`,
    ...(column.isUnique ? [`${alter(table)} ADD ${uniqueSql(table, { columnNames: [nameOf(column)] })}`] : []),
    ...comment(table, column),
  ];
}

function columnSql(table: unknown, column: Options): string {
  const { type, isGenerated, generationStrategy: strategy = isGenerated ? "increment" : undefined } = column;
  const name = String(type);
  const words = [quote(nameOf(column))];
  if (isGenerated && strategy === "identity")
    words.push(`${type} GENERATED ${column.generatedIdentity ?? "BY DEFAULT"} AS IDENTITY`);
  else if (isGenerated && strategy !== "uuid")
    words.push(/^(?:small|int2)/.test(name) ? "SMALLSERIAL" : /^(?:big|int8)/.test(name) ? "BIGSERIAL" : "SERIAL");
  if (isEnum(column)) words.push(`${typeName(table, column)}${when(column.isArray, " array")}`);
  else if (!isGenerated || type === "uuid") words.push(typeSql(column));
  if (column.generatedType === "STORED" && column.asExpression)
    words.push(`GENERATED ALWAYS AS (${column.asExpression}) STORED`);
  if (column.collation) words.push(`COLLATE ${quote(String(column.collation))}`);
  if (column.isNullable !== true) words.push("NOT NULL");
  if (column.default !== undefined && column.default !== null) words.push(`DEFAULT ${column.default}`);
  if (isGenerated && strategy === "uuid" && !column.default) words.push("DEFAULT uuid_generate_v4()");
  return words.filter(Boolean).join(" ");
}

function typeSql({ type, length, precision, scale, isArray, spatialFeatureType, srid }: Options): string {
  const name = String(type ?? "");
  const isSet = precision !== null && precision !== undefined;
  const digits = isSet ? `(${precision}${scale === null || scale === undefined ? "" : `,${scale}`})` : "";
  const [, time, zone] = /^(time|timestamp) (with|without) time zone$/.exec(name) ?? [];
  const sized = length !== undefined && length !== null && length !== "" ? `(${length})` : digits;
  const spatial = spatialFeatureType ? `(${spatialFeatureType}${srid === undefined ? "" : `,${srid}`})` : sized;
  const made =
    time === undefined
      ? name + spatial
      : `${time.toUpperCase()}${isSet ? `(${precision})` : ""}${when(zone === "with", " WITH TIME ZONE")}`;
  return `${made}${when(isArray, " array")}`;
}

function isEnum({ type }: Options): boolean {
  return type === "enum" || type === "simple-enum";
}

function typeName(table: unknown, column: Options): string {
  const { schema = "public", name } = parsed(table);
  const own = (column.enumName as string | undefined) ?? `${name}_${nameOf(column).toLowerCase()}_enum`;
  return [schema, ...own.split(".")].map(quote).join(".");
}

function createType(table: unknown, column: Options): string {
  return `CREATE TYPE ${typeName(table, column)} AS ENUM(${(column.enum as unknown[]).map((value) => literal(String(value))).join(", ")})`;
}

function uniqueSql(table: unknown, { name, columnNames, deferrable }: Options): string {
  const columns = columnNames as string[];
  return `CONSTRAINT ${quote((name as string | undefined) ?? hashed("UQ_", table, columns))} UNIQUE (${names(columns)})${when(deferrable, ` DEFERRABLE ${deferrable}`)}`;
}

function checkSql(table: unknown, { name, expression }: Options): string {
  return `CONSTRAINT ${quote((name as string | undefined) ?? hash("CHK_", table, String(expression)))} CHECK (${expression})`;
}

function foreignKeySql(table: unknown, key: Options): string {
  const {
    name,
    columnNames,
    referencedTableName,
    referencedColumnNames,
    referencedSchema,
    onDelete,
    onUpdate,
    deferrable,
  } = key;
  const columns = columnNames as string[];
  const referenced = { name: referencedTableName, schema: referencedSchema };
  return [
    `CONSTRAINT ${quote((name as string | undefined) ?? hashed("FK_", table, columns))} FOREIGN KEY (${names(columns)})`,
    `REFERENCES ${path(referenced)}(${names(referencedColumnNames as string[])})`,
    ...(onDelete ? [`ON DELETE ${onDelete}`] : []),
    ...(onUpdate ? [`ON UPDATE ${onUpdate}`] : []),
    ...(deferrable ? [`DEFERRABLE ${deferrable}`] : []),
  ].join(" ");
}

function indexSql(table: unknown, index: Options): string {
  const { columnNames, isUnique, isConcurrent, isSpatial, type, where } = index;
  const method = isSpatial ? "gist" : type;
  return (
    `CREATE ${when(isUnique, "UNIQUE ")}INDEX ${when(isConcurrent, "CONCURRENTLY ")}${quote(constraintOf("indices", table, index) ?? "")}` +
    ` ON ${path(table)} ${when(method, `USING ${method} `)}(${names(columnNames as string[])})${when(where, ` WHERE ${where}`)}`
  );
}

function comment(table: unknown, column: Options): string[] {
  if (!column.comment) return [];
  return [`COMMENT ON COLUMN ${path(table)}.${quote(nameOf(column))} IS ${literal(String(column.comment))}`];
}

function dropConstraint(table: unknown, name: string | undefined, ifExists: unknown): readonly string[] | undefined {
  return name === undefined
    ? undefined
    : [`${alter(table)} DROP CONSTRAINT ${when(ifExists, "IF EXISTS ")}${quote(name)}`];
}

/** The name of a key or index: its own, or TypeORM's name from its columns. */
function constraintOf(part: string, table: unknown, it: unknown): string | undefined {
  if (typeof it === "string") return it;
  const { name, columnNames, expression, where } = it as Options;
  if (typeof name === "string") return name;
  if (part === "checks") return expression === undefined ? undefined : hash("CHK_", table, String(expression));
  const columns = columnNames as string[] | undefined;
  return columns && hashed(prefixes[part as keyof typeof prefixes], table, columns, where as string | undefined);
}

const prefixes = { indices: "IDX_", uniques: "UQ_", foreignKeys: "FK_" };

/** As TypeORM's DefaultNamingStrategy; any other strategy is only known at run time. */
function hashed(prefix: string, table: unknown, columns: readonly string[], where?: string): string {
  return hash(prefix, table, [...columns].sort().join("_") + (where ? `_${where}` : ""));
}

function hash(prefix: string, table: unknown, key: string): string {
  const digest = createHash("sha1")
    .update(`${parsed(table).name.replace(".", "_")}_${key}`)
    .digest("hex");
  return prefix + digest.slice(0, /^(?:IDX|CHK)/.test(prefix) ? 26 : 27);
}

function parsed(table: unknown): { readonly schema: string | undefined; readonly name: string } {
  const { name, schema } = typeof table === "string" ? { name: table, schema: undefined } : (table as Options);
  const words = String(name).split(".");
  const own = (schema as string | undefined) ?? (words.length > 1 ? words.at(-2) : undefined);
  return { schema: own === "public" ? undefined : own, name: words.at(-1) ?? "" };
}

function path(table: unknown): string {
  const { schema, name } = parsed(table);
  return schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

const alter = (table: unknown) => `ALTER TABLE ${path(table)}`;
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const names = (columns: readonly string[]) => columns.map(quote).join(", ");
const when = (condition: unknown, text: string) => (condition ? text : "");
const lastOf = (name: string) => name.split(".").at(-1) ?? name;

function nameOf(column: unknown): string {
  const name = typeof column === "string" ? column : (column as Options).name;
  if (typeof name !== "string") throw new TypeError("no name");
  return name;
}

import fc from "fast-check";
import { type Change, enumeration, model } from "./change.js";

/** Types of a new column: the fill over `word` and `count`, and a constant default. */
const types = {
  String: { sql: "lower(word)", constant: '"none"', stored: "'none'", isDistinct: true },
  "String @db.VarChar(40)": { sql: "upper(word)", constant: '"none"', stored: "'none'", isDistinct: true },
  Int: { sql: "count * 2", constant: "7", stored: "7", isDistinct: true },
  BigInt: { sql: "count::bigint * 5000000000", constant: "7", stored: "7", isDistinct: true },
  Boolean: { sql: "count % 2 = 0", constant: "true", stored: "true", isDistinct: false },
  Decimal: { sql: "count / 4.0", constant: "1.5", stored: "1.5", isDistinct: true },
  "DateTime @db.Timestamptz(3)": {
    sql: "timestamptz '2026-01-01Z' + count * interval '1 hour'",
    constant: "now()",
    stored: undefined,
    isDistinct: true,
  },
  Json: { sql: "jsonb_build_object('w', word)", constant: '"{}"', stored: "'{}'::jsonb", isDistinct: false },
  Kind: {
    sql: `CASE WHEN count > 9 THEN 'BIG' ELSE 'SMALL' END::"Kind"`,
    constant: "BIG",
    stored: `'BIG'`,
    isDistinct: false,
  },
} as const;
type TypeName = keyof typeof types;

const keys = {
  serial: { lines: ["id Int @id @default(autoincrement())"], block: [], columns: [], values: [] },
  uuid: {
    lines: ["id String @id @default(uuid()) @db.Uuid"],
    block: [],
    columns: ["id"],
    values: ["gen_random_uuid()"],
  },
  text: { lines: ["id String @id @default(cuid())"], block: [], columns: ["id"], values: ["'k' || n"] },
  composite: {
    lines: ["part Int @default(1)", "code String @default(nanoid())"],
    block: ["@@id([part, code])"],
    columns: ["part", "code"],
    values: ["n % 3", "'c' || n"],
  },
} as const;

interface Column {
  readonly type: TypeName;
  /** `becoming`: it exists, and was optional. */
  readonly form: "required" | "mirrored" | "becoming" | "optional" | "defaulted";
  readonly extra: "none" | "unique" | "index" | "unique with count";
  readonly isMapped: boolean;
}

interface Table {
  readonly key: keyof typeof keys;
  readonly isMapped: boolean;
  readonly columns: readonly Column[];
}

const column: fc.Arbitrary<Column> = fc.record({
  type: fc.constantFrom(...(Object.keys(types) as TypeName[])),
  form: fc.constantFrom("required", "required", "mirrored", "becoming", "optional", "defaulted"),
  extra: fc.constantFrom("none", "none", "unique", "index", "unique with count"),
  isMapped: fc.boolean(),
});

const table: fc.Arbitrary<Table> = fc.record({
  key: fc.constantFrom(...(Object.keys(keys) as (keyof typeof keys)[])),
  isMapped: fc.boolean(),
  columns: fc.array(column, { minLength: 1, maxLength: 4 }),
});

/** Combinations of column forms, on one or two tables of one change. Shrinks to fewer and plainer ones. */
export const tablesArbitrary: fc.Arbitrary<readonly Table[]> = fc.array(table, { minLength: 1, maxLength: 2 });

/** The change of a description; `n` keeps the names of several apart. */
export function changeOf(tables: readonly Table[], n: number): Change {
  const kind = `Kind${n}`;
  const parts = tables.map((each, index) => part(each, `Any${n}_${index}`, kind));
  const hasKind = (isSo: (column: Column) => boolean) =>
    tables.some((each) => each.columns.some((one) => one.type === "Kind" && isSo(one)));
  const hadKind = hasKind(({ form }) => form === "becoming");
  const keepsKind = hadKind || hasKind((one) => !isPlanned(one));
  return {
    name: `any ${n}: ${tables.map(words).join("; ")}`,
    before: (hadKind ? enumeration(kind, "BIG", "SMALL") : "") + parts.map(({ before }) => before).join(""),
    after: (hasKind(() => true) ? enumeration(kind, "BIG", "SMALL") : "") + parts.map(({ after }) => after).join(""),
    // A way back takes what was planned; columns that passed stay, and an enum that they have.
    remains: (keepsKind ? enumeration(kind, "BIG", "SMALL") : "") + parts.map(({ remains }) => remains).join(""),
    rows: parts.map(({ rows }) => rows).join(";"),
    wrongRows: parts.map(({ wrongRows }) => wrongRows).join(" UNION ALL "),
    values: Object.assign(
      {},
      ...parts.map(({ name }) => ({ [`${name}.count`]: (m: number) => m })),
    ) as Change["values"] & {},
    moving: parts.flatMap(({ moving }) => moving),
    isSafe: tables.every((each) => each.columns.every((one) => !isPlanned(one))),
  };
}

function part({ key, isMapped, columns }: Table, name: string, kind: string) {
  const { lines, block, columns: keyColumns, values } = keys[key];
  const sqlTable = isMapped ? `"the ${name}"` : `"${name}"`;
  const attributes = [...block, ...(isMapped ? [`@@map("the ${name}")`] : [])];
  const has = [...lines, "word String", "count Int"];
  const fields = columns.map((each, index) => field(each, `f${index}`, kind));
  const former = fields.flatMap(({ former }) => former);
  const formerBlocks = [
    ...fields.flatMap(({ former, blockLine }) => (former.length > 0 ? blockLine : [])),
    ...attributes,
  ];
  const blocks = [...fields.flatMap(({ blockLine }) => blockLine), ...attributes];
  const wrong = fields.flatMap(({ wrong }) => wrong);
  return {
    name,
    moving: fields.flatMap(({ former, column }) => (former.length > 0 ? [column] : [])),
    before: model(name, ...has, ...former, ...formerBlocks),
    after: model(name, ...has, ...fields.flatMap(({ lines }) => lines), ...blocks),
    remains: model(
      name,
      ...has,
      ...fields.flatMap(({ lines, former, isKept }) => (isKept ? lines : former)),
      ...formerBlocks,
    ),
    rows: `INSERT INTO ${sqlTable} (${[...keyColumns, "word", "count"].join(", ")})
      SELECT ${[...values, "'Word ' || n", "n"].join(", ")} FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT word FROM ${sqlTable} WHERE ${wrong.length === 0 ? "false" : wrong.join(" OR ")}`,
  };
}

function field(each: Column, name: string, kind: string) {
  const { sql, constant, stored } = types[each.type];
  const [type = "", native = ""] = each.type.replace("Kind", kind).split(/ (?=@)/);
  const expression = sql.replace("Kind", kind);
  const named = each.isMapped ? `the ${name}` : name;
  const column = each.isMapped ? `"${named}"` : name;
  const extra = extraOf(each);
  const line = [
    name,
    type + (each.form === "optional" ? "?" : ""),
    ...(each.form === "defaulted" ? [`@default(${constant})`] : []),
    ...(extra === "unique" ? ["@unique"] : []),
    ...(each.isMapped ? [`@map("the ${name}")`] : []),
    native,
  ];
  const annotation = each.form === "mirrored" ? "mirror" : "backfill";
  // Of rows that builds wrote, optional ones are NULL by choice and defaulted ones have the default: the seed's are looked at.
  const isSeed = "count <= {rows}";
  const wrong = isFilled(each)
    ? `${column} IS DISTINCT FROM ${expression}`
    : each.form === "optional"
      ? `(${isSeed} AND ${column} IS NOT NULL)`
      : stored === undefined
        ? `${column} IS NULL`
        : `(${isSeed} AND ${column} IS DISTINCT FROM ${stored})`;
  return {
    column: named,
    former: each.form === "becoming" ? [line.join(" ").trim().replace(type, `${type}?`)] : [],
    lines: [...(isFilled(each) ? [`/// @lockstep.${annotation}(${expression})`] : []), line.join(" ").trim()],
    blockLine:
      extra === "index" ? [`@@index([${name}])`] : extra === "unique with count" ? [`@@unique([count, ${name}])`] : [],
    wrong: [wrong],
    isKept: !isPlanned(each),
  };
}

function isFilled({ form }: Column): boolean {
  return form === "required" || form === "mirrored" || form === "becoming";
}

function isPlanned(each: Column): boolean {
  return isFilled(each) || extraOf(each) !== "none";
}

/** What the type can have: JSON has no order, and only distinct values can be unique. */
function extraOf({ type, form, extra }: Column): Column["extra"] {
  if (type === "Json") return "none";
  if (extra === "unique" && (form === "defaulted" || !types[type].isDistinct)) return "none";
  return extra;
}

function words({ key, isMapped, columns }: Table): string {
  const list = columns.map(
    (each) =>
      `${each.form} ${each.type}${extraOf(each) === "none" ? "" : ` ${extraOf(each)}`}${each.isMapped ? " mapped" : ""}`,
  );
  return `${isMapped ? "mapped " : ""}table by ${key} key, ${list.join(", ")}`;
}

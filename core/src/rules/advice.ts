import type { AdviceWords, DialectId, TableName } from "../model/index.js";

/** The properties of an added column that advice depends on. */
export interface AdvisedColumn {
  readonly table: TableName;
  readonly name: string;
  /** As `format_type` or MySQL prints it. */
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** The database numbers the rows. */
  readonly isNumbered: boolean;
}

/** A legal choice that often causes trouble later: never an error. */
export interface Advice {
  readonly id: string;
  /** For the docs page. */
  readonly summary: string;
  readonly isOf: (system: DialectId) => boolean;
  /** Which columns it applies to. Absent: it is not about single columns. */
  readonly applies?: (column: AdvisedColumn, system: DialectId) => boolean;
  /** The trouble it may cause. @param name of the column, or of its other subject */
  readonly regret: (name: string, more: string) => string;
  readonly instead: string;
}

const onPostgres = (system: DialectId) => system === "postgresql";
const onAll = () => true;
const hasType =
  (type: RegExp) =>
  (column: AdvisedColumn): boolean =>
    type.test(column.type);
const isBoolean = hasType(/^(?:boolean|bool|tinyint\(1\))$/);
const isFloat = hasType(/^(?:real|double precision|float|double)\b/);

/** Every advice, in the order of the docs page. */
export const advices = [
  {
    id: "timestamp-without-time-zone",
    summary: "`timestamp` without time zone",
    isOf: onPostgres,
    applies: hasType(/^timestamp.* without time zone$/),
    regret: (name) => `"${name}" has no time zone: sessions in other time zones read another moment`,
    instead: "use timestamptz",
  },
  {
    id: "json-as-text",
    summary: "`json` where `jsonb` exists",
    isOf: onPostgres,
    applies: hasType(/^json$/),
    regret: (name) => `"${name}" is kept as text: PostgreSQL parses it on each read and compares no values`,
    instead: "use jsonb",
  },
  {
    id: "small-key",
    summary: "a key of 32 bits that the database numbers",
    isOf: onAll,
    applies: (column) => column.isNumbered && hasType(/^(?:integer|smallint|int|mediumint)(?!\w)/)(column),
    regret: (name, type) =>
      `"${name}" is ${type}: inserts fail when its numbers run out, and a wider type is a long migration`,
    instead: "use bigint",
  },
  {
    id: "char-type",
    summary: "`char(n)`",
    isOf: onPostgres,
    applies: hasType(/^(?:character\(\d+\)|bpchar)/),
    regret: (name) => `"${name}" is char(n): PostgreSQL fills values with spaces up to that length`,
    instead: "use text, with a CHECK on the length",
  },
  {
    id: "varchar-limit",
    summary: "`varchar(n)`",
    isOf: onPostgres,
    applies: hasType(/^character varying\(\d+\)/),
    regret: (name, type) =>
      `"${name}" is ${type}: each change of the limit is a migration, and a lower one reads every row`,
    instead: "use text, with a CHECK where a limit is needed",
  },
  {
    id: "money-type",
    summary: "`money`",
    isOf: onPostgres,
    applies: hasType(/^money$/),
    regret: (name) => `"${name}" is money: its currency depends on lc_monetary of the session`,
    instead: "use numeric, and keep the currency in a column",
  },
  {
    id: "float-amount",
    summary: "a float for a price, amount, total, cost or balance",
    isOf: onAll,
    applies: (column) => isFloat(column) && /(?:price|amount|total|cost|balance)/i.test(column.name),
    regret: (name, type) => `"${name}" is ${type}: amounts such as 0.1 are rounded, and their sums differ`,
    instead: "use numeric",
  },
  {
    id: "nullable-boolean",
    summary: "a boolean that may be NULL",
    isOf: onAll,
    applies: (column) => isBoolean(column) && !column.notNull,
    regret: (name) => `"${name}" has three values: true, false and NULL`,
    instead: "make it NOT NULL with a default",
  },
  {
    id: "nullable-default",
    summary: "a column with a default that may be NULL",
    isOf: onAll,
    applies: (column) => column.hasDefault && !column.notNull && !isBoolean(column),
    regret: (name) => `"${name}" has a default and may be NULL: code has to expect both`,
    instead: "make it NOT NULL",
  },
  {
    id: "foreign-key-index",
    summary: "a foreign key whose columns have no index",
    isOf: onPostgres,
    regret: (name, table) => `no index begins with ${name}: each DELETE from ${table} reads the whole table`,
    instead: "add an index",
  },
  {
    id: "long-name",
    summary: "a name of more than 63 bytes; of more than 64 characters on MySQL and MariaDB",
    isOf: onAll,
    regret: (name, cut) => `"${name}" is too long: ${cut}`,
    instead: "choose a shorter name",
  },
] as const satisfies readonly Advice[];

export type AdviceId = (typeof advices)[number]["id"];

/** The advice on one choice of a change. */
export interface Advised {
  readonly id: AdviceId;
  readonly regret: string;
  readonly instead: string;
}

/** The advice on a column that a change adds. */
export function columnAdvice(column: AdvisedColumn, system: DialectId, words: AdviceWords = {}): readonly Advised[] {
  return (advices as readonly Advice[]).flatMap(({ id, isOf, applies }) =>
    isOf(system) && applies?.(column, system) === true
      ? [advised(id as AdviceId, column.name, column.type, words)]
      : [],
  );
}

export function advised(id: AdviceId, name: string, more: string, words: AdviceWords = {}): Advised {
  const [found] = (advices as readonly Advice[]).filter((each) => each.id === id);
  return { id, regret: found?.regret(name, more) ?? "", instead: words[id] ?? found?.instead ?? "" };
}

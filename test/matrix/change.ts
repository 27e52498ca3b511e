/** One change of a model, as data: a row of the table of forms that Lockstep covers. */
export interface Change {
  /** Stands in every failure. Its slug names the migration. */
  readonly name: string;
  /** Models and enums before; their names are used by no other change of the group. */
  readonly before: string;
  /** The same after, with annotations. */
  readonly after: string;
  /** What the model file says at the end, where that is not `after` without its annotations. */
  readonly end?: string;
  /** What a way back leaves: `before` and the parts of the change that were safe. Default: `before`. */
  readonly remains?: string;
  /** SQL that fills the tables; `{rows}` stands for how many rows. Runs while the old model is there. */
  readonly rows: string;
  /** SQL that must return no row once the rows are filled: each is one that is wrong. `{rows}` as above. */
  readonly wrongRows: string;
  /** Changes Prisma's SQL for the tables before: for what its models cannot say. */
  readonly created?: (sql: string) => string;
  /** SQL of the users' own: triggers and the like, in every database. */
  readonly setup?: string;
  /** What the application writes: `"User.email"`. Default: made from the field's type. `n` differs from call to call. */
  readonly values?: Readonly<Record<string, (n: number) => unknown>>;
  /** Columns that the users' own triggers change in rows that are there, by their names in the database. */
  readonly moving?: readonly string[];
  /** The change passes as Prisma made it, byte for byte. */
  readonly isSafe?: boolean;
  /** Flags of `lockstep backfill run`. */
  readonly backfillFlags?: readonly string[];
  /** Updates of the old build give the sources other values: for a mirror, which follows them. */
  readonly hasMovingSources?: boolean;
  /** Properties of `fills` in lockstep.config.ts: `User: { handle: { … } }`. */
  readonly fills?: string;
}

/** Whether a trigger gives new rows their value: not that of a function, nor what is made from rows that come later. */
export function hasTrigger(change: Pick<Change, "fills" | "before" | "after">): boolean {
  const isSwept = change.fills !== undefined || /@lockstep\.backfill\(\(SELECT count/.test(change.after);
  return !isSwept && !becomesRequired(change);
}

/** Whether an optional field of the model becomes required. */
export function becomesRequired({ before, after }: Pick<Change, "before" | "after">): boolean {
  return [...before.matchAll(/^ *(\w+ \w+)\? (?!.*\[\])/gm), ...before.matchAll(/^ *(\w+ \w+)\?$/gm)].some(
    ([, field]) =>
      new RegExp(`^ *${field}(?!\\?)\\b`, "m").test(after) && !new RegExp(`^ *${field}\\?`, "m").test(after),
  );
}

/** The change's name as a file may have it. */
export function slugOf({ name }: Pick<Change, "name">): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "")
    .slice(0, 60);
}

/** `{rows}` as a number. */
export function withRows(sql: string, rows: number): string {
  return sql.replaceAll("{rows}", String(rows));
}

/** A model, or an enum, of one field a line: `model("User", "id Int @id", "email String @unique")`. */
export function model(name: string, ...lines: readonly string[]): string {
  return block("model", name, lines);
}

export function enumeration(name: string, ...labels: readonly string[]): string {
  return block("enum", name, labels);
}

function block(kind: string, name: string, lines: readonly string[]): string {
  return `${kind} ${name} {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

/** The usual form of a change: one model with a serial key gets fields. */
export interface TableChange extends Omit<Change, "before" | "after" | "end" | "remains" | "rows" | "wrongRows"> {
  readonly model: string;
  /** Its fields besides `id`. */
  readonly has: readonly string[];
  /** What is added: annotations, fields, block attributes. */
  readonly gets: readonly string[];
  /** The block's attributes, before and after: `@@map("users")`. */
  readonly attributes?: readonly string[];
  /** What stands in the model at the end instead of `gets`. */
  readonly endsWith?: readonly string[];
  /** What of `gets` a way back leaves. */
  readonly keeps?: readonly string[];
  /** Enums that the change adds. */
  readonly getsEnums?: string;
  /** Enums that are there before. */
  readonly enums?: string;
  readonly id?: string;
  /** Column lists and values of the rows: `{ columns: "email", values: "'User.' || n" }`, over `n` from 1. */
  readonly filledWith: readonly [columns: string, values: string] | string;
  /** A condition that every row must meet: `"handle" = lower("email")`. */
  readonly right: string;
  /** The table's name in the database. Default: the model's. */
  readonly table?: string;
}

export function change(options: TableChange): Change {
  const { model: name, has, gets, endsWith, keeps, attributes = [], filledWith, right, ...rest } = options;
  const {
    enums = "",
    getsEnums = "",
    id = "id Int @id @default(autoincrement())",
    table = `"${name}"`,
    ...others
  } = rest;
  const text = (more: readonly string[]) => model(name, id, ...has, ...more, ...attributes);
  return {
    before: enums + text([]),
    after: enums + getsEnums + text(gets),
    ...(endsWith === undefined ? {} : { end: text(endsWith) }),
    ...(keeps === undefined ? {} : { remains: enums + text(keeps) }),
    rows:
      typeof filledWith === "string"
        ? filledWith
        : `INSERT INTO ${table} (${filledWith[0]}) SELECT ${filledWith[1]} FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM ${table} WHERE (${right}) IS NOT TRUE`,
    ...others,
  };
}

/** The models that a text declares. */
export function modelNames(text: string): string[] {
  return [...text.matchAll(/^model (\w+)/gm)].map((match) => match[1] ?? "");
}

/** Columns whose values code may have in another form than the database stores: each is a table with a source and a new column. */

/** `edited`: code gets the value · `listed`: nothing is edited, and the reason asks for `@lockstep.write`. */
export type Outcome = "edited" | "listed";

export interface ConversionCase {
  readonly name: string;
  readonly outcome: Outcome;
  /** The decorator and the type of both columns: `@Column("int")`, `number`. */
  readonly source?: readonly [decorator: string, type: string];
  readonly column: readonly [decorator: string, type: string];
  /** SQL over `source`. Default: a copy of it. */
  readonly fill?: string;
  /** Code changes a row's source from switch on, and the new column with it. Default: a backfill. */
  readonly isMirror?: true;
  /** Values of `source` in code. */
  readonly values?: readonly string[];
  /** Members of the class besides. */
  readonly members?: string;
  /** Beside the class. */
  readonly more?: string;
  /** A part of the reason. */
  readonly why?: RegExp;
  /** Default: on both. */
  readonly on?: "postgres" | "mariadb";
  /** How they are declared, if not as properties of the class. */
  readonly form?: "schema" | "base" | "embedded" | "accessor";
}

/** What the entities import: the app's own transformers. */
export const transformers = `import type { ValueTransformer } from "typeorm";

/** Euros in code, cents in the database. */
export const cents: ValueTransformer = {
  to: (value: number | null) => (value == null ? value : Math.round(value * 100)),
  from: (value: number | null) => (value == null ? value : Number(value) / 100),
};
export const centsColumn = { type: "int", transformer: cents } as const;
export const plainColumn = { type: "int" } as const;
export const scaled = (by: number): ValueTransformer => ({
  to: (value: number | null) => (value == null ? value : value * by),
  from: (value: number | null) => (value == null ? value : Number(value) / by),
});
export class Shouted implements ValueTransformer {
  constructor(readonly end = "!") {}
  to = (value: string | null) => (value == null ? value : value.toUpperCase() + this.end);
  from = (value: string | null) => (value == null ? value : value.toLowerCase().slice(0, -this.end.length));
}
/** Stands for encryption: nothing in the database is readable. */
export const cipher: ValueTransformer = {
  to: (value: string | null) => (value == null ? value : Buffer.from(value).toString("base64")),
  from: (value: string | null) => (value == null ? value : Buffer.from(value, "base64").toString()),
};
export class Money {
  constructor(readonly amount: number) {}
}
export const money: ValueTransformer = {
  to: (value: Money | null) => (value == null ? value : value.amount),
  from: (value: number | null) => (value == null ? value : new Money(Number(value))),
};
export const numeric: ValueTransformer = { to: (value) => value, from: (value) => (value == null ? value : Number(value)) };
`;

const text = ['@Column({ type: "varchar", length: 100 })', "string"] as const;
const texts = ['"Ada"', '"bOB"'];
const with_ = (transformer: string, type: string, code: string) =>
  [`@Column({ type: "${type}", transformer: ${transformer} })`, code] as const;
const euros = with_("cents", "int", "number");
const numbers = ["1.25", "3"];
const moment = ['@Column({ type: "timestamp" })', "Date"] as const;
const dates = ['new Date("2026-03-01T23:30:00Z")', 'new Date("2026-07-31T00:30:00Z")'];

export const conversionCases: readonly ConversionCase[] = [
  // The form of the report.
  {
    name: "a constant for a transformer",
    outcome: "listed",
    column: euros,
    fill: "250",
    why: /transformer at src\/transformers\.ts:\d+ converts fresh/,
  },
  {
    name: "an expression for a transformer",
    outcome: "listed",
    column: with_("new Shouted()", "varchar", "string"),
    fill: "lower(source)",
  },
  {
    name: "an expression over a transformer",
    outcome: "listed",
    source: with_("new Shouted()", "varchar", "string"),
    column: text,
    fill: "lower(source)",
    why: /transformer at src\/case-\d+\.ts:\d+ converts source/,
  },
  {
    name: "a copy of a transformer's value",
    outcome: "listed",
    source: euros,
    column: ['@Column("int")', "number"],
    values: numbers,
  },
  {
    name: "a copy into a transformer",
    outcome: "listed",
    source: ['@Column("int")', "number"],
    column: euros,
    values: ["5", "7"],
  },
  { name: "a copy, the same object", outcome: "edited", source: euros, column: euros, values: numbers },
  {
    name: "a copy, the same class",
    outcome: "edited",
    source: with_("new Shouted()", "varchar", "string"),
    column: with_("new Shouted()", "varchar", "string"),
  },
  {
    name: "a copy, the same class and constants",
    outcome: "edited",
    source: with_('new Shouted("?")', "varchar", "string"),
    column: with_('new Shouted("?")', "varchar", "string"),
  },
  {
    name: "a copy, other constants",
    outcome: "listed",
    source: with_('new Shouted("?")', "varchar", "string"),
    column: with_('new Shouted(".")', "varchar", "string"),
  },
  {
    name: "a copy, each made by a function",
    outcome: "listed",
    source: with_("scaled(100)", "int", "number"),
    column: with_("scaled(1000)", "int", "number"),
    values: ["5", "7"],
  },
  {
    name: "a copy, the same array",
    outcome: "edited",
    source: with_("[cipher, new Shouted()]", "varchar", "string"),
    column: with_("[cipher, new Shouted()]", "varchar", "string"),
  },
  {
    name: "a copy, another array",
    outcome: "listed",
    source: with_("[cipher, new Shouted()]", "varchar", "string"),
    column: with_("[new Shouted(), cipher]", "varchar", "string"),
  },
  {
    name: "coalesce over a transformer",
    outcome: "listed",
    source: euros,
    column: euros,
    fill: "coalesce(source, 0)",
    values: numbers,
  },
  { name: "encryption, a constant", outcome: "listed", column: with_("cipher", "varchar", "string"), fill: "'none'" },
  {
    name: "encryption, an expression",
    outcome: "listed",
    source: with_("cipher", "varchar", "string"),
    column: text,
    fill: "lower(source)",
  },
  {
    name: "encryption, a copy",
    outcome: "edited",
    source: with_("cipher", "varchar", "string"),
    column: with_("cipher", "varchar", "string"),
  },
  { name: "a value object, a constant", outcome: "listed", column: with_("money", "int", "Money"), fill: "5" },
  {
    name: "a value object, a copy",
    outcome: "edited",
    source: with_("money", "int", "Money"),
    column: with_("money", "int", "Money"),
    values: ["new Money(5)", "new Money(7)"],
  },
  { name: "a decimal as a number", outcome: "listed", column: with_("numeric", "decimal", "number"), fill: "0" },
  {
    name: "shared options, spread",
    outcome: "listed",
    column: ['@Column({ ...centsColumn, comment: "in cents" })', "number"],
    fill: "250",
  },
  { name: "shared options, by name", outcome: "listed", column: ["@Column(centsColumn)", "number"], fill: "250" },
  {
    name: "shared options without a transformer",
    outcome: "edited",
    column: ["@Column({ ...plainColumn })", "number"],
    fill: "250",
  },
  {
    name: "options that only run",
    outcome: "listed",
    column: ["@Column(optionsOf(centsColumn))", "number"],
    fill: "250",
    more: "const optionsOf = (given: ColumnOptions): ColumnOptions => { const made = { ...given }; return made; };",
    why: /possible transformer in the unreadable options at src/,
  },
  {
    name: "no transformer after all",
    outcome: "edited",
    column: ['@Column({ type: "int", transformer: undefined })', "number"],
    fill: "250",
  },
  {
    name: "simple-json, a constant",
    outcome: "listed",
    column: ['@Column("simple-json")', "object"],
    fill: "'{}'",
    why: /the type simple-json converts fresh/,
  },
  {
    name: "simple-json, a copy",
    outcome: "edited",
    source: ['@Column("simple-json")', "object"],
    column: ['@Column("simple-json")', "object"],
    values: ["{ a: 1 }", "[2]"],
  },
  {
    name: "simple-json, as text",
    outcome: "listed",
    source: ['@Column("simple-json")', "object"],
    column: ['@Column("text")', "string"],
    values: ["{ a: 1 }"],
  },
  {
    name: "simple-array, a constant",
    outcome: "listed",
    column: ['@Column("simple-array")', "string[]"],
    fill: "'a,b'",
  },
  {
    name: "simple-array, as text",
    outcome: "listed",
    source: ['@Column("simple-array")', "string[]"],
    column: ['@Column("text")', "string"],
    values: ['["a", "b"]'],
  },
  {
    name: "simple-enum",
    outcome: "edited",
    column: ['@Column({ type: "simple-enum", enum: ["low", "high"] })', '"low" | "high"'],
    fill: "'low'",
  },
  {
    name: "a bigint as text, a copy",
    outcome: "edited",
    source: ['@Column("bigint")', "string"],
    column: ['@Column("bigint")', "string"],
    values: ['"9007199254740993"', '"5"'],
  },
  { name: "a bigint as text, a constant", outcome: "edited", column: ['@Column("bigint")', "string"], fill: "5" },
  {
    name: "a decimal as text, a copy",
    outcome: "edited",
    source: ['@Column("decimal", { precision: 20, scale: 4 })', "string"],
    column: ['@Column("decimal", { precision: 20, scale: 4 })', "string"],
    values: ['"1.50"', '"123456789012345.6789"'],
  },
  {
    name: "a decimal as text, a constant",
    outcome: "edited",
    column: ['@Column("decimal", { precision: 6, scale: 2 })', "string"],
    fill: "1.5",
  },
  {
    name: "a date, a copy",
    outcome: "edited",
    source: ['@Column("date")', "string"],
    column: ['@Column("date")', "string"],
    values: ['"2026-03-01"'],
  },
  {
    name: "a date as a moment",
    outcome: "listed",
    on: "postgres",
    source: ['@Column("date")', "string"],
    column: ['@Column("timestamptz")', "Date"],
    values: ['"2026-03-01"'],
    why: /the type timestamptz converts fresh, the type date converts source/,
  },
  {
    name: "a date of a moment",
    outcome: "listed",
    on: "postgres",
    source: ['@Column("timestamptz")', "Date"],
    column: ['@Column("date")', "Date"],
    values: dates,
  },
  {
    name: "a moment, a copy",
    outcome: "edited",
    on: "postgres",
    source: ['@Column("timestamptz")', "Date"],
    column: ['@Column("timestamptz")', "Date"],
    values: dates,
  },
  {
    name: "a moment without a zone, a copy",
    on: "postgres",
    outcome: "edited",
    source: moment,
    column: moment,
    values: dates,
  },
  {
    name: "a moment into one without a zone",
    outcome: "listed",
    on: "postgres",
    source: ['@Column("timestamptz")', "Date"],
    column: ['@Column("timestamp")', "Date"],
    values: dates,
  },
  {
    name: "a moment of MariaDB, a copy",
    on: "mariadb",
    outcome: "edited",
    source: ['@Column({ type: "datetime" })', "Date"],
    column: ['@Column({ type: "datetime" })', "Date"],
    values: dates,
  },
  {
    name: "the first of two moments",
    on: "postgres",
    outcome: "edited",
    source: moment,
    column: moment,
    fill: "coalesce(source, source)",
    values: dates,
  },
  {
    name: "a hook on the source",
    outcome: "listed",
    column: text,
    fill: "lower(source)",
    members: '@BeforeInsert() shout(): void { this.source = this.source + "!"; }',
    why: /shout\(\) at src\/case-\d+\.ts:\d+ converts source/,
  },
  {
    name: "a hook that calls another method",
    outcome: "listed",
    column: text,
    fill: "lower(source)",
    members:
      '@BeforeInsert() prepare(): void { this.shout(); }\n  private shout(): void { Object.assign(this, { source: this.source + "!" }); }',
  },
  {
    name: "a hook that loads the new column",
    outcome: "listed",
    column: text,
    fill: "lower(source)",
    members: '@AfterLoad() open(): void { if (this.fresh) this.fresh = "(" + this.fresh; }',
  },
  {
    name: "a hook that only sets what is missing",
    outcome: "edited",
    column: text,
    fill: "lower(source)",
    members:
      '@BeforeInsert() prepare(): void { this.source ??= "x"; this.source = this.source || "y"; if (!this.source) this.source = "z"; }',
  },
  {
    name: "a subscriber",
    outcome: "listed",
    column: text,
    fill: "lower(source)",
    more: `@EventSubscriber() export class Shouts implements EntitySubscriberInterface {
  listenTo() { return CASE; }
  beforeInsert({ entity }: InsertEvent<CASE>): void { entity.source = \`\${entity.source}!\`; }
}`,
  },
  {
    name: "a mirror, the same transformer",
    outcome: "edited",
    isMirror: true,
    source: euros,
    column: euros,
    values: numbers,
  },
  {
    name: "a mirror of a transformer",
    outcome: "listed",
    isMirror: true,
    source: with_("cipher", "varchar", "string"),
    column: text,
  },
  {
    name: "a mirror, a hook on its source",
    outcome: "listed",
    isMirror: true,
    column: text,
    fill: "lower(source)",
    members: "@BeforeUpdate() shout(): void { this.source += '!'; }",
  },
  { name: "an EntitySchema", outcome: "listed", form: "schema", column: euros, fill: "250" },
  { name: "an EntitySchema, a copy", outcome: "edited", form: "schema", source: euros, column: euros, values: numbers },
  { name: "a base class", outcome: "listed", form: "base", column: euros, fill: "250" },
  { name: "a base class, a copy", outcome: "edited", form: "base", source: euros, column: euros, values: numbers },
  {
    name: "an embedded class",
    outcome: "listed",
    form: "embedded",
    column: euros,
    fill: "250",
    why: /transformer at src\/transformers\.ts:\d+ converts price\.fresh/,
  },
  { name: "an accessor", outcome: "listed", form: "accessor", column: text },
  {
    name: "the option of typeorm-encrypted",
    outcome: "listed",
    column: [`@Column({ type: "varchar", length: 100, ...encrypted })`, "string"],
    fill: "lower(source)",
    more: `const encrypted = { encrypt: { key: "k" } };`,
  },
  {
    name: "a subscriber of another entity",
    outcome: "edited",
    column: text,
    fill: "lower(source)",
    more: `@Entity() export class CASEOther { @PrimaryGeneratedColumn() id!: number; @Column("varchar") source!: string; }
@EventSubscriber() export class ShoutsElsewhere implements EntitySubscriberInterface {
  listenTo() { return CASEOther; }
  beforeInsert({ entity }: InsertEvent<CASEOther>): void { entity.source = \`\${entity.source}!\`; }
}`,
  },
];

/** Options of a data source with the entities of a folder. */
export const connection = (type: string) => `{
  type: "${type}",
  url: process.env.DATABASE_URL,
  entities: ["src/case-*.ts"],
  subscribers: ["src/case-*.ts"],
}`;

/** Runs the code of every case: `sync` makes the tables first, `change` changes the rows. */
const runner = (type: string) => `import "reflect-metadata";
import { readdirSync } from "node:fs";
import { DataSource } from "typeorm";

async function main(): Promise<void> {
  const source = new DataSource({ ...${connection(type)}, synchronize: process.argv[2] === "sync" });
  await source.initialize();
  for (const file of readdirSync("src").filter((each) => /^work-\\d+\\.ts$/.test(each))) {
    const { work, rework } = require("./src/" + file);
    await (process.argv[2] === "change" ? rework : work)(source.manager);
  }
  await source.destroy();
}
main().catch((error) => { console.error(error); process.exitCode = 1; });
`;

/** The files of an application with all cases. @param isNew with the new columns */
export function filesOf(cases: readonly ConversionCase[], isNew: boolean, type: string): Record<string, string> {
  return Object.fromEntries([
    ["src/transformers.ts", transformers],
    ["run.ts", runner(type)],
    ...cases.flatMap((each, n) => [
      [`src/case-${n}.ts`, `${imports}\n${formOf(each, n, isNew)}`],
      [`src/work-${n}.ts`, workOf(each, n)],
    ]),
  ]);
}

export const nameOf = (n: number) => `Case${n}`;
export const tableOf = (n: number) => `case_${n}`;
export const fillOf = ({ fill = "source" }: ConversionCase) => fill;

const imports = `import {
  AfterLoad, BeforeInsert, BeforeUpdate, Column, type ColumnOptions, Entity, EntitySchema, type EntitySubscriberInterface, EventSubscriber, type InsertEvent, PrimaryGeneratedColumn,
} from "typeorm";
import { cents, centsColumn, cipher, Money, money, numeric, plainColumn, scaled, Shouted } from "./transformers.js";
`;

function formOf(each: ConversionCase, n: number, isNew: boolean): string {
  const { source = text, column, isMirror, form, members = "", more = "" } = each;
  const annotation = `/** @lockstep.${isMirror ? "mirror" : "backfill"}(${fillOf(each)}) */`;
  const name = nameOf(n);
  const entity = (body: string, base = "") =>
    `@Entity("${tableOf(n)}")\nexport class ${name} ${base}{\n  @PrimaryGeneratedColumn()\n  id!: number;\n\n${body}}\n`;
  const property = ([decorator, type]: ConversionCase["column"], field: string) =>
    `  ${decorator}\n  ${field}!: ${type};\n`;
  const own = property(source, "source");
  const fresh = isNew ? `\n  ${annotation}\n${property(column, "fresh")}` : "";
  switch (form) {
    case undefined: {
      // A member names the new column only once it is there.
      const its = isNew || !members.includes("fresh") ? `\n  ${members}\n` : "";
      const isBefore = more.startsWith("const");
      return `${isBefore ? more : ""}\n${entity(own + fresh + its)}${isBefore ? "" : more.replaceAll("CASE", name)}\n`;
    }
    case "base":
      return `export abstract class Priced {\n${own}${fresh}}\n${entity("", "extends Priced ")}`;
    case "embedded": {
      const inside = `export class Price {\n  @Column("int", { default: 1 })\n  amount?: number;\n${fresh}}\n`;
      return `${inside}${entity(`${own}\n  @Column(() => Price, { prefix: false })\n  price!: Price;\n`)}`;
    }
    case "accessor": {
      const accessor = `  private kept!: string;\n  ${source[0]}\n  get source(): string { return this.kept; }\n  set source(value: string) { this.kept = value.toUpperCase(); }\n`;
      return entity(accessor + fresh);
    }
    case "schema": {
      const options = ([decorator]: ConversionCase["column"]) => decorator.slice("@Column(".length, -1);
      const row = `export interface ${name} { id: number; source: ${source[1]};${isNew ? ` fresh: ${column[1]};` : ""} }`;
      const added = isNew ? `    ${annotation}\n    fresh: ${options(column)},\n` : "";
      return `${row}
export const ${name} = new EntitySchema<${name}>({
  name: "${name}",
  tableName: "${tableOf(n)}",
  columns: {
    id: { type: "int", primary: true, generated: true },
    source: ${options(source)},
${added}  },
});
`;
    }
    default:
      return form satisfies never;
  }
}

function workOf({ source: [, type] = text, values = texts, form }: ConversionCase, n: number): string {
  const name = nameOf(n);
  return `import type { EntityManager } from "typeorm";
import { ${name} } from "./case-${n}.js";
import { Money } from "./transformers.js";

export async function make(manager: EntityManager, source: ${type}): Promise<${name}> {
  const all = manager.getRepository(${name});
  return all.save(all.create({ source${form === "embedded" ? ", price: {}" : ""} }));
}

export async function change(manager: EntityManager, id: number, source: ${type}): Promise<void> {
  await manager.getRepository(${name}).update({ id }, { source });
}

const values: ${type === "string[]" ? "string[][]" : `(${type})[]`} = [${values.join(", ")}];

export async function work(manager: EntityManager): Promise<void> {
  for (const value of values) await make(manager, value);
}

export async function rework(manager: EntityManager): Promise<void> {
  const [first] = await manager.getRepository(${name}).find({ order: { id: "ASC" } });
  if (first) await change(manager, first.id, values.at(-1)!);
}
`;
}

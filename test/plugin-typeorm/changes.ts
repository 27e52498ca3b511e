/** The kinds of entity change that were measured on PostgreSQL, each with a table of its own, and what the stock command does with it. */
import { expect } from "vitest";

/** The lines of TypeORM: what one of them generates, all of its versions do. */
export const versions = ["1.1.1", "0.3.31"] as const;
export type Version = (typeof versions)[number];

/**
 * `passes`: TypeORM's own statements, and nothing is said · `noticed`: its own statements, with a word of warning · `corrected`: other
 * statements, which keep the rows · `plan`: in phases · `nothing`: TypeORM writes nothing · a code: refused, unless a reason is given.
 */
export type Outcome = "passes" | "noticed" | "corrected" | "plan" | "nothing" | `LS${number}`;

/** What stands out from the name, the nick and the age that every entity has; empty: the column is gone. */
interface Members {
  readonly name?: string;
  readonly nick?: string;
  readonly age?: string;
  readonly more?: string;
  /** Above the class. */
  readonly decorators?: string;
  /** An entity besides. */
  readonly other?: string;
}

type Row = Readonly<Record<string, unknown>>;

export interface EntityChange {
  readonly kind: string;
  readonly outcome: Outcome | Readonly<Record<Version, Outcome>>;
  readonly before?: Members;
  /** Undefined: the entity is removed. */
  readonly after: Members | undefined;
  /** What the three rows have afterwards besides what they had; undefined: nothing any more. */
  readonly values?: readonly [Row, Row, Row];
  /** Part of what is said. */
  readonly says?: string;
  /** Where a version's SQL is not that of the newest one. Default: the newest alone. */
  readonly versions?: readonly Version[];
}

/** The rows of every table before its change, and the columns that every entity has. */
export const rows = [
  { id: 1, name: "Ann", nick: "a", age: 1 },
  { id: 2, name: "Bob", nick: "b", age: 2 },
  { id: 3, name: "Eve", nick: "e", age: 3 },
] as const;
const plain = {
  id: "@PrimaryGeneratedColumn()\nid!: number;",
  name: '@Column({ type: "varchar", length: 100 })\nname!: string;',
  nick: '@Column({ type: "varchar", length: 50, nullable: true })\nnick!: string | null;',
  age: '@Column({ type: "int", nullable: true })\nage!: number | null;',
};

const column = (name: string, type: string, options: string) => `@Column({ ${options} })\n${name}!: ${type};`;
const all = (row: Row): readonly [Row, Row, Row] => [row, row, row];
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const filled = (fill: string, text: string) => `/** @lockstep.backfill(${fill}) */\n${text}`;
const status = (...values: string[]) =>
  column("status", "string", `type: "enum", enum: ${JSON.stringify(values)}, default: "a"`);

export const entityChanges: readonly EntityChange[] = [
  {
    kind: "required + constant default (varchar)",
    outcome: "passes",
    after: { more: column("tier", "string", 'type: "varchar", default: "free"') },
    values: all({ tier: "free" }),
  },
  {
    kind: "required + constant default (int)",
    outcome: "passes",
    after: { more: column("score", "number", 'type: "int", default: 0') },
    values: all({ score: 0 }),
  },
  {
    kind: "required boolean default false",
    outcome: "passes",
    after: { more: column("flag", "boolean", 'type: "boolean", default: false') },
    values: all({ flag: false }),
  },
  {
    kind: "required, no default",
    outcome: "plan",
    after: { more: filled("lower(name) || '@x.org'", column("email", "string", 'type: "varchar"')) },
    values: [{ email: "ann@x.org" }, { email: "bob@x.org" }, { email: "eve@x.org" }],
  },
  {
    kind: "nullable",
    outcome: "passes",
    after: { more: column("bio", "string | null", 'type: "text", nullable: true') },
    values: all({ bio: null }),
  },
  {
    kind: "required default now()",
    outcome: "passes",
    after: { more: column("createdAt", "Date", 'type: "timestamptz", default: () => "now()"') },
    values: all({ createdAt: expect.any(String) }),
  },
  {
    kind: "createDate column",
    outcome: "passes",
    after: { more: '@CreateDateColumn({ type: "timestamptz" })\ncreatedAt!: Date;' },
    values: all({ createdAt: expect.any(String) }),
  },
  {
    kind: "required default uuid fn",
    outcome: "plan",
    after: { more: column("ext", "string", 'type: "uuid", default: () => "gen_random_uuid()"') },
    values: all({ ext: uuid }),
    versions,
  },
  {
    kind: "generated uuid column",
    outcome: "plan",
    after: { more: '@Column({ type: "uuid" })\n@Generated("uuid")\next!: string;' },
    values: all({ ext: uuid }),
  },
  {
    kind: "unique on new required column",
    outcome: "plan",
    after: { more: filled("lower(name)", column("email", "string", 'type: "varchar", unique: true')) },
    values: [{ email: "ann" }, { email: "bob" }, { email: "eve" }],
  },
  {
    kind: "unique on existing column",
    outcome: "plan",
    after: { name: '@Column({ type: "varchar", length: 100, unique: true })\nname!: string;' },
  },
  {
    kind: "index on existing column",
    outcome: "plan",
    after: { name: `@Index()\n${plain.name}` },
  },
  {
    kind: "index concurrent option",
    outcome: "corrected",
    after: { name: `@Index({ concurrent: true })\n${plain.name}` },
  },
  {
    kind: "enum column add (required+default)",
    outcome: "passes",
    after: { more: column("role", "string", 'type: "enum", enum: ["x", "y"], default: "x"') },
    values: all({ role: "x" }),
  },
  {
    kind: "enum value add",
    outcome: { "1.1.1": "passes", "0.3.31": "corrected" },
    before: { more: status("a", "b") },
    after: { more: status("a", "b", "c") },
    values: all({ status: "a" }),
    versions,
  },
  {
    kind: "enum value remove",
    outcome: "noticed",
    before: { more: status("a", "b") },
    after: { more: status("a") },
    values: all({ status: "a" }),
    says: "the enum is recreated: every row of",
    versions,
  },
  {
    kind: "relation many-to-one required",
    outcome: "plan",
    after: {
      more: `${filled("1", column("orgId", "number", 'type: "int"'))}\n\n@ManyToOne(() => Org, { nullable: false })\n@JoinColumn({ name: "orgId" })\norg!: Org;`,
    },
    values: all({ orgId: 1 }),
  },
  {
    kind: "relation many-to-one nullable",
    outcome: "plan",
    after: { more: "@ManyToOne(() => Org, { nullable: true })\norg!: Org | null;" },
    values: all({ orgId: null }),
  },
  {
    kind: "type change int->bigint",
    outcome: "LS2060",
    after: { age: column("age", "string | null", 'type: "bigint", nullable: true') },
    values: all({ age: null }),
    says: '"age"',
  },
  {
    kind: "type change int->varchar",
    outcome: "LS2060",
    after: { age: column("age", "string | null", 'type: "varchar", nullable: true') },
    values: all({ age: null }),
    says: '"age"',
  },
  {
    kind: "property/column rename",
    outcome: "noticed",
    after: { name: '@Column({ type: "varchar", length: 100 })\nfullName!: string;' },
    values: [
      { fullName: "Ann", name: undefined },
      { fullName: "Bob", name: undefined },
      { fullName: "Eve", name: undefined },
    ],
    says: 'running code that uses "name" fails after this migration',
  },
  {
    kind: "rename + another same-type change",
    outcome: "noticed",
    after: { name: '@Column({ type: "varchar", length: 100, nullable: true })\nfullName!: string | null;' },
    values: [
      { fullName: "Ann", name: undefined },
      { fullName: "Bob", name: undefined },
      { fullName: "Eve", name: undefined },
    ],
    says: 'running code that uses "name" fails after this migration',
  },
  {
    kind: "length increase 100->200",
    outcome: "corrected",
    after: { name: '@Column({ type: "varchar", length: 200 })\nname!: string;' },
  },
  {
    kind: "length decrease 100->50",
    outcome: "LS2060",
    after: { nick: '@Column({ type: "varchar", length: 20, nullable: true })\nnick!: string | null;' },
    values: all({ nick: null }),
    says: '"nick"',
  },
  {
    kind: "nullable -> required",
    outcome: "plan",
    after: { nick: '@Column({ type: "varchar", length: 50 })\nnick!: string;' },
  },
  {
    kind: "required -> nullable",
    outcome: "passes",
    after: { name: '@Column({ type: "varchar", length: 100, nullable: true })\nname!: string | null;' },
  },
  {
    kind: "default added",
    outcome: "passes",
    after: { name: '@Column({ type: "varchar", length: 100, default: "anon" })\nname!: string;' },
  },
  {
    kind: "drop column",
    outcome: "plan",
    after: { nick: "" },
    values: all({ nick: undefined }),
  },
  {
    kind: "generated column stored",
    outcome: "noticed",
    after: {
      more: column(
        "lower",
        "string",
        'type: "varchar", length: 100, generatedType: "STORED", asExpression: "lower(name)", nullable: true',
      ),
    },
    values: [{ lower: "ann" }, { lower: "bob" }, { lower: "eve" }],
    says: "is rewritten while reads and writes wait",
  },
  {
    kind: "array col / json",
    outcome: "passes",
    after: {
      more: `${column("tags", "string[]", 'type: "text", array: true, default: "{}"')}\n\n${column("meta", "object | null", 'type: "jsonb", nullable: true')}`,
    },
    values: all({ tags: [], meta: null }),
  },
  {
    kind: "jsonb required default {}",
    outcome: "passes",
    after: { more: column("meta", "object", 'type: "jsonb", default: {}') },
    values: all({ meta: {} }),
  },
  {
    kind: "comment added",
    outcome: "passes",
    after: { name: '@Column({ type: "varchar", length: 100, comment: "it\'s a name" })\nname!: string;' },
  },
  {
    kind: "check added",
    outcome: "plan",
    after: { decorators: '@Check(`"age" > 0`)\n' },
    versions,
  },
  {
    kind: "new table",
    outcome: "passes",
    after: {
      other: `@Entity("extras")\nexport class Extra {\n  ${plain.id}\n\n  @Column({ type: "varchar" })\n  v!: string;\n}\n`,
    },
  },
  { kind: "drop table (entity removed)", outcome: "nothing", after: undefined },
  {
    kind: "two columns + index",
    outcome: "plan",
    after: {
      more: `@Index()\n${filled("age * 10", column("p", "number", 'type: "int"'))}\n\n${filled("length(name)", column("q", "number", 'type: "int"'))}`,
    },
    values: [
      { p: 10, q: 3 },
      { p: 20, q: 3 },
      { p: 30, q: 3 },
    ],
  },
];

/** What Lockstep makes of a change. */
export function outcomeOf({ outcome }: EntityChange, version: Version): Outcome {
  return typeof outcome === "string" ? outcome : outcome[version];
}

/** Its table: `new_table`. */
export function tableOf({ kind }: EntityChange): string {
  return kind
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}

/** The file of its entity, from the root. */
export function fileOf(change: EntityChange): string {
  return `src/entities/${tableOf(change)}.ts`;
}

/** What is in that file. */
export function entityText(change: EntityChange, members: Members = {}): string {
  const { decorators = "", other = "", ...own } = members;
  const columns = Object.values({ ...plain, ...own })
    .filter((text) => text !== "")
    .map((text) => text.replace(/^(?=.)/gm, "  "));
  const table = tableOf(change);
  const name = table.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  const text = `${decorators}@Entity("${table}")\nexport class ${name} {\n${columns.join("\n\n")}\n}\n${other}`;
  const used = [...new Set([...text.matchAll(/@([A-Z]\w+)/g)].map(([, decorator]) => decorator))].sort();
  const orgs = text.includes("=> Org") ? 'import { Org } from "./org";\n' : "";
  return `import { ${used.join(", ")} } from "typeorm";\n${orgs}\n${text}`;
}

/** The table that relations lead to. */
export const org = `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("orgs")
export class Org {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar" })
  title!: string;
}
`;

/**
 * `passes`: TypeORM's own statements, byte for byte, and nothing is said · `noticed`: its own, with a word of warning · `corrected`: other
 * statements, which keep the rows · `plan`: in phases · a code: refused, and nothing is written.
 */
export type Outcome = "passes" | "noticed" | "corrected" | "plan" | `LS${number}`;

/** A change of one entity, which has a table of its own. `{t}` in its SQL is that table, `{k}` another number for each row. */
export interface Change {
  readonly name: string;
  readonly outcome: Outcome;
  /** Default: the name, as one word. */
  readonly table?: string;
  /** Properties besides the plain ones. */
  readonly before?: string;
  readonly after: string;
  /** Lines above the class. */
  readonly decorators?: { readonly before?: string; readonly after?: string };
  /** In the place of the key. Default: `id`, numbered. */
  readonly key?: string;
  /** Other classes of the file. */
  readonly classes?: string;
  /** SQL of the users' own, in every database, before there are rows. */
  readonly setup?: string;
  /** Columns that every INSERT writes besides `name`, `n` and `v`, as SQL. */
  readonly always?: Readonly<Record<string, string>>;
  /** What new code writes into the new columns. */
  readonly writes?: Readonly<Record<string, string>>;
  /** Columns that needed no phases, and stay when the plan is taken back. */
  readonly keeps?: readonly string[];
  /** What old code does to its rows besides. */
  readonly update?: string;
  /** SQL that is true for every row that new code has not written. */
  readonly right?: string;
  /** Part of what a refusal says, or a notice. */
  readonly says?: string;
}

/** Of a table's name, an entity's file and a class. */
export function slugOf({ name }: Pick<Change, "name">): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}

export function tableOf(change: Change): string {
  return change.table ?? slugOf(change);
}

/** `` `users` `` */
export function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** From the root. */
export function fileOf(change: Change): string {
  return `src/entities/${slugOf(change)}.ts`;
}

const plain = [
  '@Column({ type: "varchar", length: 100 })\nname!: string;',
  '@Column({ type: "int" })\nn!: number;',
  '@Column({ type: "text", nullable: true })\nv!: string | null;',
  '@UpdateDateColumn({ type: "datetime", precision: 6 })\ntouchedAt!: Date;',
];

/** The file of an entity, before its change or after it. */
export function entityText(change: Change, which: "before" | "after"): string {
  const { key = "@PrimaryGeneratedColumn()\nid!: number;", classes = "", decorators } = change;
  const members = [key, ...plain, change[which] ?? ""].filter((text) => text !== "").join("\n\n");
  const above = decorators?.[which];
  const className = `${slugOf(change).replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}Row`;
  const text = `${classes === "" ? "" : `${classes}\n\n`}${above === undefined ? "" : `${above}\n`}@Entity(${JSON.stringify(tableOf(change))})
export class ${className} {
${members.replace(/^(?=.)/gm, "  ")}
}
`;
  const used = [...new Set([...text.matchAll(/@([A-Z]\w+)\(/g)].map(([, decorator]) => decorator))].sort();
  const shops = text.includes("=> Shop") ? 'import { Shop } from "./shop";\n' : "";
  return `import { ${used.join(", ")} } from "typeorm";\n${shops}\n${text}`;
}

/** The table that relations lead to. */
export const shop = `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("shop")
export class Shop {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", length: 50 })
  title!: string;
}
`;

/** A required column without a default, with its fill. */
export function required(name: string, type: string, options: string, fill: string): string {
  return `/** @lockstep.backfill(${fill}) */\n${column(name, type, options)}`;
}

export function column(name: string, type: string, options: string): string {
  return `@Column({ ${options} })\n${name}!: ${type};`;
}

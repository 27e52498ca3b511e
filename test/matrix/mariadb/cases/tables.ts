import { type Change, column, required } from "../change.js";

const plain = 'type: "varchar", length: 191';
const slug = required("slug", "string", plain, "lower(name)");
const filled = { outcome: "plan", writes: { slug: "'new {k}'" }, right: "slug <=> lower(name)" } as const;
const relation = (options: string, type = "Shop", more = "{ nullable: false }") =>
  `${options}@ManyToOne(() => ${type}, ${more})\n@JoinColumn({ name: "shopId" })\nshop!: ${type};`;
const shopId = required("shopId", "number", 'type: "int"', "1");

/** Keys, indexes, relations, and tables of every kind. */
export const tables: readonly Change[] = [
  {
    name: "unique",
    outcome: "plan",
    after: required("slug", "string", `${plain}, unique: true`, "concat(n, ':', lower(name))"),
    writes: { slug: "'new {k}'" },
    right: "slug <=> concat(n, ':', lower(name))",
  },
  {
    name: "unique over an old column",
    ...filled,
    decorators: { after: '@Unique(["n", "slug"])' },
    after: slug,
  },
  { name: "index", ...filled, after: `@Index()\n${slug}` },
  { name: "index over several", ...filled, decorators: { after: '@Index("by_slug", ["slug", "n"])' }, after: slug },
  {
    name: "unique replaced",
    outcome: "plan",
    decorators: { before: '@Unique(["name"])', after: '@Unique(["name", "slug"])' },
    after: slug,
    writes: { slug: "'new {k}'" },
    right: "slug <=> lower(name)",
  },
  {
    name: "relation required",
    outcome: "plan",
    after: `${shopId}\n\n${relation("")}`,
    writes: { shopId: "2" },
    right: "shopId = 1",
  },
  {
    name: "relation eager cascade",
    outcome: "plan",
    after: `${shopId.replace("(1)", "(1 + abs(n) % 3)")}\n\n${relation("", "Shop", '{ nullable: false, eager: true, onDelete: "CASCADE", onUpdate: "CASCADE" }')}`,
    writes: { shopId: "2" },
    right: "shopId = 1 + abs(n) % 3",
  },
  {
    name: "relation optional",
    outcome: "plan",
    after: relation("", "Shop", '{ nullable: true, onDelete: "SET NULL" }').replace("!: Shop", "!: Shop | null"),
    writes: { shopId: "NULL" },
    right: "shopId IS NULL",
  },
  {
    name: "relation to itself",
    outcome: "plan",
    after: `${required("shopId", "number | null", 'type: "int", nullable: true', "1")}\n\n${relation("", "RelationToItselfRow", "{ nullable: true }").replace("!: RelationToItselfRow", "!: RelationToItselfRow | null")}`,
    writes: { shopId: "2" },
    right: "shopId = 1 OR name LIKE 'Old %'",
  },
  {
    name: "composite key",
    ...filled,
    key: '@PrimaryColumn({ type: "int" })\na!: number;\n\n@PrimaryColumn({ type: "varchar", length: 20 })\nb!: string;',
    always: { a: "{k}", b: "'B {k}'" },
    after: slug,
  },
  {
    name: "bigint unsigned key",
    ...filled,
    key: '@PrimaryGeneratedColumn({ type: "bigint", unsigned: true })\nid!: string;',
    always: { id: "18446744073709550000 + {k}" },
    after: slug,
  },
  {
    name: "uuid key",
    ...filled,
    key: '@PrimaryGeneratedColumn("uuid")\nid!: string;',
    always: { id: "uuid()" },
    after: slug,
  },
  {
    name: "char key",
    ...filled,
    key: '@PrimaryColumn({ type: "char", length: 36 })\nid!: string;',
    always: { id: "uuid()" },
    after: slug,
  },
  {
    name: "binary key",
    ...filled,
    key: '@PrimaryColumn({ type: "binary", length: 16 })\nid!: Buffer;',
    always: { id: "unhex(md5({k}))" },
    after: slug,
  },
  {
    name: "other triggers",
    ...filled,
    setup:
      "CREATE TRIGGER other_insert BEFORE INSERT ON {t} FOR EACH ROW SET NEW.name = concat(NEW.name, '!'); CREATE TRIGGER other_update AFTER UPDATE ON {t} FOR EACH ROW SET @other = NEW.n",
    after: slug,
  },
  { name: "row format dynamic", ...filled, setup: "ALTER TABLE {t} ROW_FORMAT=DYNAMIC", after: slug },
  { name: "row format compact", ...filled, setup: "ALTER TABLE {t} ROW_FORMAT=COMPACT", after: slug },
  {
    name: "row format compressed",
    outcome: "LS2022",
    setup: "ALTER TABLE {t} ROW_FORMAT=COMPRESSED",
    after: slug,
    says: "ALGORITHM=INPLACE, LOCK=NONE",
  },
  { name: "partitioned", ...filled, setup: "ALTER TABLE {t} PARTITION BY HASH (id) PARTITIONS 4", after: slug },
  {
    name: "check on the table",
    ...filled,
    setup: "ALTER TABLE {t} ADD CONSTRAINT n_is_small CHECK (n < 3000000000)",
    after: slug,
  },
  {
    name: "virtual column",
    ...filled,
    before: column(
      "twice",
      "string",
      'type: "bigint", asExpression: "`n` * 2", generatedType: "VIRTUAL", nullable: true',
    ),
    after: `${column("twice", "string", 'type: "bigint", asExpression: "`n` * 2", generatedType: "VIRTUAL", nullable: true')}\n\n${slug}`,
  },
  {
    name: "fulltext index",
    outcome: "LS2022",
    says: "LOCK=SHARED",
    decorators: {
      before: '@Index("words", ["name"], { fulltext: true })',
      after: '@Index("words", ["name"], { fulltext: true })',
    },
    after: slug,
  },
  {
    name: "foreign key to it",
    ...filled,
    setup:
      "CREATE TABLE child (id int PRIMARY KEY, parent int, FOREIGN KEY (parent) REFERENCES {t} (id) ON DELETE CASCADE)",
    after: slug,
  },
  {
    name: "stored column",
    outcome: "LS2022",
    before: column(
      "twice",
      "string",
      'type: "bigint", asExpression: "`n` * 2", generatedType: "STORED", nullable: true',
    ),
    after: `${column("twice", "string", 'type: "bigint", asExpression: "`n` * 2", generatedType: "STORED", nullable: true')}\n\n${slug}`,
    says: "ALGORITHM=COPY",
  },
];

const nick = (options: string) => column("nick", "string", `type: "varchar", ${options}`);
const changed = (
  name: string,
  outcome: Change["outcome"],
  before: string,
  after: string,
  more: Partial<Change> = {},
): Change => ({
  name,
  outcome,
  before,
  after,
  ...more,
});
const always = { nick: "'Nick {k}'" };

/** What becomes of a column that is there. */
export const changes: readonly Change[] = [
  changed("longer", "corrected", nick("length: 255"), nick("length: 300"), { always }),
  changed(
    "longer and commented",
    "corrected",
    nick('length: 100, comment: "old"'),
    nick('length: 120, default: "x", comment: "new"'),
    { always },
  ),
  changed("longer and unique", "corrected", nick("length: 100, unique: true"), nick("length: 120, unique: true"), {
    always,
  }),
  changed("shorter", "LS2060", nick("length: 100"), nick("length: 20"), { always, says: "@lockstep.mirror(nick)" }),
  changed(
    "int to bigint",
    "LS2060",
    column("big", "number", 'type: "int", default: 1'),
    column("big", "string", 'type: "bigint", default: 1'),
    { says: "CAST" },
  ),
  changed(
    "enum value added",
    "passes",
    column("e", "string", 'type: "enum", enum: ["a", "b"], default: "a"'),
    column("e", "string", 'type: "enum", enum: ["a", "b", "c"], default: "a"'),
  ),
  changed("default added", "passes", nick("length: 50"), nick('length: 50, default: "anon"'), { always }),
  changed("comment added", "passes", nick("length: 50"), nick('length: 50, comment: "nick"'), { always }),
  changed(
    "made optional",
    "passes",
    nick("length: 50"),
    column("nick", "string | null", 'type: "varchar", length: 50, nullable: true'),
    { always },
  ),
  changed("column renamed", "noticed", nick("length: 50"), column("handle", "string", 'type: "varchar", length: 50'), {
    always,
  }),
  changed("index on an old column", "passes", nick("length: 50"), `@Index()\n${nick("length: 50")}`, { always }),
  changed(
    "virtual column added",
    "passes",
    "",
    column("twice", "string", 'type: "bigint", asExpression: "`n` * 2", generatedType: "VIRTUAL", nullable: true'),
    { right: "twice = n * 2" },
  ),
];

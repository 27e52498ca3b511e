/** The user's own statements beside a plan: their place, their parameters, and what takes them back. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type App, createApp, dataSourceFile } from "./app.js";

const entities = `import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from "typeorm";

@Entity("teams")
export class Team {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "text" })
  name!: string;

  @Column({ type: "text", generatedType: "STORED", asExpression: "lower(name) || '\${x}'", nullable: true })
  shown!: string;
}

@Entity("users")
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", comment: "where \`mail\` goes \\\\ to" })
  email!: string;

  @Column({ type: "enum", enum: ["a", "b"], nullable: true })
  kind!: "a" | "b" | null;

  /** @lockstep.backfill(lower(email)) */
  @Column({ type: "varchar" })
  handle!: string;

  @Index()
  @Column({ type: "enum", enum: ["x", "y"], default: "x" })
  state!: "x" | "y";
}
`;

let app: App;
beforeEach(async () => {
  app = await createApp({
    entities: { "user.ts": entities },
    dataSource: dataSourceFile().replace("{ User }", "{ Team, User }").replace("[User]", "[Team, User]"),
  });
  // Where TypeORM keeps expressions: the table is there once a project has had one.
  await app.query(
    `CREATE TABLE typeorm_metadata (type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text)`,
  );
});
afterEach(() => app.dispose());

/** Tables, columns, types, indexes and constraints, and what TypeORM keeps. */
async function catalogue(): Promise<unknown> {
  return app.query(`
    SELECT 'column' AS kind, c.relname || '.' || attname AS name, format_type(atttypid, atttypmod) || attnotnull AS what
      FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped AND relkind = 'r' AND relname <> 'migrations'
    UNION ALL SELECT 'type', typname, typtype::text FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
    UNION ALL SELECT 'comment', objoid::regclass::text, description FROM pg_description d JOIN pg_class c ON c.oid = objoid AND relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'metadata', name, value FROM typeorm_metadata
    UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2`);
}

/** The queries of a migration class, each to the end of its call. */
function statements(text: string): { up: string[]; down: string[] } {
  const queries = (part: string) =>
    [...part.matchAll(/queryRunner\.query\(`([\s\S]*?)\);\n/g)].map(([, query = ""]) => query);
  const [up = "", down = ""] = text.split("async down(");
  return { up: queries(up), down: queries(down) };
}

test("they keep their order around the plan's own, run, agree and go back", async () => {
  const before = await catalogue();
  const { code, output } = await app.generate("AddHandle", "-t", "1763648123456");
  expect(code, output).toBe(0);
  const files = app.migrations().map((file) => [file, app.read(`src/migrations/${file}`)] as const);
  const own = files.filter(([, text]) => !text.includes("// Lockstep plan")).map(([, text]) => text);
  expect(own.map(statements)).toEqual([
    {
      up: [
        expect.stringMatching(
          /^INSERT INTO "typeorm_metadata".+\$6\)`, \["typeorm_app.+","teams","GENERATED_COLUMN","shown"/,
        ),
      ],
      down: [],
    },
  ]);
  // Somebody may wait for the new columns: with the plan's own, and what is made before them, they run in one lock frame.
  const [framed = ""] = files
    .map(([, text]) => text)
    .filter((text) => text.includes("Other statements of the migration"));
  expect(framed).toMatch(
    /CREATE TABLE "teams" .+\|\| '\\\$\{x\}'\) STORED[\s\S]+CREATE TYPE "public"."users_kind_enum"[\s\S]+ADD "kind" "public"."users_kind_enum"[\s\S]+ADD COLUMN IF NOT EXISTS "handle"[\s\S]+CREATE TYPE "public"."users_state_enum"[\s\S]+ADD COLUMN IF NOT EXISTS "state"[\s\S]+COMMENT ON COLUMN "users"."email" IS 'where .+mail.+ goes .+ to'[\s\S]+>>> Lock frame/,
  );
  expect(framed.split("async down(")[1]).toMatch(
    /COMMENT ON COLUMN "users"."email" IS NULL[\s\S]+DROP TYPE "public"."users_state_enum"[\s\S]+DROP COLUMN IF EXISTS "handle"[\s\S]+DROP COLUMN "kind"[\s\S]+DROP TYPE "public"."users_kind_enum"[\s\S]+DROP TABLE "teams"[\s\S]+DELETE FROM "typeorm_metadata".+'GENERATED_COLUMN' AND "name" = 'shown'/,
  );
  const ran = await app.cli(["migration:run"]);
  expect(ran.code, ran.output).toBe(0);
  const check = await app.generate("Nothing", "--check");
  expect(check.code, check.output).toBe(0);
  for (const _ of files) {
    const reverted = await app.cli(["migration:revert"]);
    expect(reverted.code, reverted.output).toBe(0);
  }
  expect(await catalogue()).toEqual(before);
});

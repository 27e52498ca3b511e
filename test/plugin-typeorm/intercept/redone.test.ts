/** What TypeORM drops and makes again beside a required column: nothing of the plan comes in between, forwards and back. */
import { afterEach, expect, test } from "vitest";
import { readCatalogue } from "../../support/catalogue.js";
import { openSession } from "../../support/sessions.js";
import { type App, createApp, dataSourceFile } from "./app.js";

interface Parts {
  readonly team: string;
  readonly user: string;
  readonly email: string;
  readonly state: string;
  readonly onDelete: string;
  readonly handle?: string;
}

const entities = ({ team, user, email, state, onDelete, handle = "" }: Parts) => `import {
  Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique,
} from "typeorm";

@Entity("teams")
${team}
export class Team {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar" })
  code!: string;

  @Column({ type: "varchar", default: "" })
  name!: string;
}

@Entity("users")
${user}
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  ${email}
  @Column({ type: "varchar" })
  email!: string;

  @Column({ type: "int", default: 5 })
  points!: number;

  @Column(${state})
  state!: string;

  @ManyToOne(() => Team, { onDelete: "${onDelete}", nullable: false })
  @JoinColumn({ name: "team_id" })
  team!: Team;
${handle}}
`;
const before: Parts = {
  team: `@Unique(["code"])\n@Check("CHK_unused", '"id" > 0')\n@Index(["name", "code"])`,
  user: `@Check("CHK_old", '"points" > 0')`,
  email: "@Index()",
  state: `{ type: "enum", enum: ["x", "y", "z"], default: "z" }`,
  onDelete: "RESTRICT",
};
const after: Parts = {
  team: `@Unique(["code", "name"])\n@Check("CHK_unused", '"id" > 0')\n@Index(["name", "code"])`,
  user: `@Check("CHK_new", '"points" > 1')`,
  email: "@Index({ unique: true })",
  state: `{ type: "enum", enum: ["x", "y"], default: "x" }`,
  onDelete: "CASCADE",
  handle: `\n  /** @lockstep.backfill(lower(email)) */\n  @Column({ type: "varchar" })\n  handle!: string;\n`,
};

let app: App | undefined;
afterEach(() => app?.dispose());

test("they stay together, run, agree and go back", async () => {
  app = await createApp({
    entities: { "user.ts": entities(before) },
    dataSource: dataSourceFile().replace("{ User }", "{ Team, User }").replace("[User]", "[Team, User]"),
  });
  const own = app;
  const must = async (run: Promise<{ code: number | null; output: string }>) => {
    const { code, output } = await run;
    expect(code, output).toBe(0);
    return output;
  };
  const catalogue = async () => {
    const session = await openSession(own.url);
    const found = await readCatalogue(session, { schemas: ["public"] });
    await session.end();
    return found.tables.filter(({ name }) => name !== "public.migrations");
  };
  await own.query("DELETE FROM users");
  await must(own.cli(["schema:sync"], { LOCKSTEP: "off" }));
  await own.query(`INSERT INTO teams (code) VALUES ('one'), ('two')`);
  await own.query(`INSERT INTO users (email, state, team_id) SELECT 'U' || n, 'y', 1 FROM generate_series(10, 99) n`);
  const began = await catalogue();

  own.write("src/user.ts", entities(after));
  await must(own.generate("Change", "-t", "1763648123456"));
  const files = own.migrations().map((file) => own.read(`src/migrations/${file}`));
  const up = (text: string) => text.split("async down(")[0] ?? "";
  const shared = (gone: string, made: string) =>
    files.filter((text) => up(text).includes(gone) && up(text).includes(made)).length;
  const foreignKey = /ADD CONSTRAINT "(FK_\w+)"/.exec(files.join("\n"))?.[1];
  expect(shared(`DROP CONSTRAINT "${foreignKey}"`, `ADD CONSTRAINT "${foreignKey}" FOREIGN KEY`)).toBe(1);
  expect(shared(`DROP CONSTRAINT "CHK_old"`, `ADD CONSTRAINT "CHK_new"`)).toBe(1);
  expect(shared("RENAME TO", `DROP TYPE "public"."users_state_enum_old"`)).toBe(1);
  // The new indexes are there before the old ones go.
  const last = (sql: string) => files.findLastIndex((text) => up(text).includes(sql));
  expect(last("CREATE UNIQUE INDEX CONCURRENTLY")).toBeGreaterThan(0);
  for (const gone of [`DROP INDEX "public"."IDX_`, `DROP CONSTRAINT "UQ_`])
    expect(
      files.findIndex((text) => up(text).includes(gone)),
      gone,
    ).toBeGreaterThan(1);

  await must(own.cli(["migration:run"]));
  await must(own.generate("Nothing", "--check"));
  for (const _ of files) await must(own.cli(["migration:revert"]));
  expect(await catalogue()).toEqual(began);
});

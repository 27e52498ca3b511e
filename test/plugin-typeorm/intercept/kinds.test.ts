/** Several kinds of rows in one table: a value for one of them reaches none of the others. */
import { afterEach, expect, test } from "vitest";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { versions } from "../changes.js";
import { type App, createApp, dataSourceFile } from "./app.js";

let app: App;
afterEach(() => app.dispose());

const column = (fill: string, text: string) => `/** @lockstep.backfill(${fill}) */\n  ${text}`;

/** A parent that has rows of its own, two levels of children, and a sibling. */
function people(more: { readonly person?: string; readonly employee?: string; readonly pay?: string }): string {
  const { person = "", employee = "", pay = "" } = more;
  return `import { ChildEntity, Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, TableInheritance } from "typeorm";

class Pay {
  @Column({ type: "int", nullable: true })
  amount!: number | null;
  ${pay}
}

@Entity("people")
@TableInheritance({ column: { type: "varchar", name: "kind" } })
export class Person {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar" })
  email!: string;
  ${person}
}

@ChildEntity("employee")
export class Employee extends Person {
  @Column({ type: "int" })
  floor!: number;
  ${employee}
}

@ChildEntity("boss")
export class Manager extends Employee {
  @Column(() => Pay)
  pay!: Pay;
}

@ChildEntity("customer")
export class Customer extends Person {}
`;
}

const refused: readonly (readonly [string, Parameters<typeof people>[0], rows: string])[] = [
  [
    "a column",
    { employee: column("lower(email)", '@Column({ type: "varchar" })\n  badge!: string;') },
    `CASE WHEN "kind" IN ('employee', 'boss') THEN lower(email) END`,
  ],
  [
    "the key of a relation",
    {
      employee: column(
        "1",
        '@ManyToOne(() => Person)\n  @JoinColumn({ name: "leader_id" })\n  leader!: Person | null;',
      ),
    },
    `CASE WHEN "kind" IN ('employee', 'boss') THEN 1 END`,
  ],
  [
    "an embedded column, two levels down",
    { pay: column("'EUR'", '@Column({ type: "varchar" })\n  currency!: string;') },
    `CASE WHEN "kind" = 'boss' THEN 'EUR' END`,
  ],
];

test.each(versions)("TypeORM %s", async (version) => {
  app = await createApp({
    version,
    entities: { "people.ts": people({}) },
    dataSource: dataSourceFile()
      .replace('{ User } from "./user.js"', '{ Customer, Employee, Manager, Person } from "./people.js"')
      .replace("[User]", "[Person, Employee, Manager, Customer]"),
    files: {
      "lockstep.config.ts": `import { defineConfig } from "@lockstep/typeorm";\n\nexport default defineConfig({ targets: { production: { urlFrom: "DATABASE_URL" } } });\n`,
    },
  });
  await must(app.cli(["schema:sync"]));
  const rows = [...["Person", "employee", "boss", "customer"].entries()].map(([at, kind]) => `('${at}@X', '${kind}')`);
  await app.query(`INSERT INTO people (email, kind) VALUES ${rows.join(", ")}`);

  const isNewest = version === versions[0];
  for (const [, more, condition] of refused.slice(0, isNewest ? 3 : 1)) {
    app.write("src/people.ts", people(more));
    const before = app.snapshot();
    const { code, stderr } = await app.generate("More");
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^LS9042 src\/people\.ts:\d+: .* in every row of "people", including those that are not a /);
    expect(stderr).toContain(`@lockstep.backfill(${condition})`);
    expect(app.snapshot()).toEqual(before);
  }

  // Nothing of the rest differs between the lines.
  if (!isNewest) return;
  // What it says to write is what goes through; a column of the parent is one of every kind.
  const badge = column(refused[0]![2], '@Column({ type: "varchar" })\n  badge!: string;');
  const handle = column("lower(email)", '@Column({ type: "varchar" })\n  handle!: string;');
  app.write("src/people.ts", people({ person: handle, employee: badge }));
  await must(app.generate("More", "-t", "1763648123456"));
  await must(app.cli(["migration:run"]));
  const expand = app.read("src/people.ts");
  expect(expand).toContain('@Column({ type: "varchar", select: false })\n  badge!: string;');
  expect(await must(app.generate("Nothing", "--check"))).toContain("No changes in database schema were found");
  // What a merge puts back it puts back for both.
  app.write("src/people.ts", people({ person: handle, employee: badge }));
  expect((await app.generate("Nothing")).output).toContain("Employee.badge kept from reads (plan ");
  expect(app.read("src/people.ts")).toBe(expand);
  await app.query("INSERT INTO people (email, kind) VALUES ('4@X', 'employee'), ('5@X', 'customer')");
  const lockstep = new LockstepCommands(app.root);
  const env = { DATABASE_URL: app.url };
  await must(lockstep.run(["backfill", "run"], env));
  await must(lockstep.run(["next"], env));
  const read = app.read("src/people.ts");
  expect(read).toContain(`${badge.split("\n")[0]}\n  @Column({ type: "varchar" })\n  badge!: string;`);
  await must(lockstep.run(["undo"], env));
  expect(app.read("src/people.ts")).toBe(expand);
  await must(lockstep.run(["next"], env));
  expect(app.read("src/people.ts")).toBe(read);
  await must(lockstep.run(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"], env));
  lockstep.close();
  await must(app.cli(["migration:run"]));
  expect(app.read("src/people.ts")).toBe(people({ person: bare(handle), employee: bare(badge) }));
  expect(await app.query("SELECT kind, handle, badge FROM people ORDER BY id")).toEqual([
    { kind: "Person", handle: "0@x", badge: null },
    { kind: "employee", handle: "1@x", badge: "1@x" },
    { kind: "boss", handle: "2@x", badge: "2@x" },
    { kind: "customer", handle: "3@x", badge: null },
    { kind: "employee", handle: "4@x", badge: "4@x" },
    { kind: "customer", handle: "5@x", badge: null },
  ]);
  // TypeORM has the columns of children optional, whatever they say.
  expect(await must(app.generate("Nothing", "--check"))).toContain("No changes in database schema were found");
});

/** Without its annotation, as the end of a plan leaves it. */
function bare(text: string): string {
  return text.slice(text.indexOf("@Column"));
}

async function must(running: Promise<{ readonly code: number | null; readonly output: string }>): Promise<string> {
  const { code, output } = await running;
  expect(code, output).toBe(0);
  return output;
}

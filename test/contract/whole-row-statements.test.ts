import { afterEach, describe, expect, test } from "vitest";
import type { Addition, OrmApp } from "./orm-app.js";
import { succeeded } from "./orm-app.js";
import { onOthers, orms } from "./orms.js";

// Code that takes the whole row: it is named when a column is generated, and `deploy` holds until no build contains it, or a person accepts it.

const safe: Addition = { columns: [{ name: "emailAlias", isRequired: false }] };
const planned: Addition = { columns: [{ name: "handle", isRequired: true, fill: "lower(email)" }] };
const additions = [
  ["a safe column", safe],
  ["a planned column", planned],
] as const;
const accept = ["--confirm", "whole-rows-accepted"];

const codeOf = (sql: string) => `interface Client {
  query(sql: string): Promise<unknown>;
}

export function archiveUsers(client: Client) {
  return client.query("${sql}");
}
`;

let app: OrmApp;
afterEach(() => app?.close());

/** The application with a second table, and a statement in its deployed code. */
async function opened(create: () => OrmApp, statement: string, table: readonly string[] = []): Promise<void> {
  app = await create().open();
  if (table.length > 0) app.writeMigration("Archive", table);
  await succeeded(app.apply(app.development));
  await succeeded(app.apply(app.production));
  app.write("src/archive.ts", codeOf(statement));
  await app.commit("Archive users");
}

const archive = "INSERT INTO kept.archive SELECT * FROM users";
const mended = "INSERT INTO kept.archive (id, email, name) SELECT id, email, name FROM users";
/** Beside the models, so that no ORM drops it. */
const archiveTable = [
  "CREATE SCHEMA kept",
  "CREATE TABLE kept.archive (id integer, email varchar(200), name varchar(200))",
];

describe.each(orms)("$name", ({ create }) => {
  test.each(additions)("%s: the statement is reported, and fails as reported", async (_, addition) => {
    await opened(create, archive, archiveTable);
    await app.system.query(app.production, archive);
    app.declare(addition);
    const { stdout } = await succeeded(app.generate("AddIt"));
    expect(
      stdout,
    ).toContain(`Lockstep: 1 statement fails once this migration has run, also in code that is already deployed
  src/archive.ts:6  archiveUsers: ${archive}
`);
    const [plan] = app.plans();
    expect(plan !== undefined).toBe(addition === planned);
    if (plan !== undefined)
      expect(app.read(`lockstep/${plan}/README.md`)).toContain(
        "`src/archive.ts:6` archiveUsers: SQL by position over users",
      );
    expect(app.read("src/archive.ts")).toBe(codeOf(archive));
    await app.commit("Add it");

    const held = await app.lockstep("deploy");
    expect(held.code, held.output).toBe(1);
    expect(held.output).toContain(`production: src/archive.ts:6: archiveUsers: ${archive}. It inserts all columns`);
    await app.system.query(app.production, archive);

    await succeeded(app.lockstep("deploy", ...accept));
    await expect(app.system.query(app.production, archive)).rejects.toThrow("more expressions than target columns");
    await app.system.query(app.production, mended);
  });

  test("a fix that comes together with the migration waits for its deployment; an earlier one does not", async () => {
    await opened(create, archive, archiveTable);
    app.declare(safe);
    await succeeded(app.generate("AddIt"));
    app.write("src/archive.ts", codeOf(mended));
    await app.commit("Add it, and name the columns");
    const held = await app.lockstep("deploy");
    expect(held.code, held.output).toBe(1);
    expect(held.output).toMatch(/src\/archive\.ts:6, in builds of [0-9a-f]{9}: archiveUsers: INSERT/);
    await succeeded(app.lockstep("deploy", ...accept));

    await succeeded(app.apply(app.development));
    app.declare({ columns: [{ name: "city", isRequired: false }] });
    expect((await succeeded(app.generate("AddCity"))).stdout).not.toContain("statement fails");
    await app.commit("Add a city");
    expect((await succeeded(app.lockstep("deploy"))).output).not.toContain("archive.ts");
  });

  test("`code` lists it as required, and a person can decline it with a reason", async () => {
    await opened(create, archive, archiveTable);
    app.declare(planned);
    await succeeded(app.generate("AddHandle"));
    const [plan = ""] = app.plans();
    const json = JSON.parse((await app.lockstep("code", plan, "--dry-run", "--json")).stdout);
    expect(JSON.stringify(json)).toContain("SQL by position over users");
    await succeeded(app.lockstep("code", plan, "--not", "src/archive.ts:6", "--reason", "its job was switched off"));
    expect(app.read(`lockstep/${plan}/README.md`)).toContain("its job was switched off");
  });
});

describe.each(onOthers)("$name", ({ create }) => {
  test.each(additions)("%s: values by position fail at once", async (_, addition) => {
    const statement = "INSERT INTO users VALUES (900, 'ada@example.org', 'Ada')";
    await opened(create, statement);
    app.declare(addition);
    const { stdout } = await succeeded(app.generate("AddIt"));
    expect(stdout).toContain(`  src/archive.ts:6  archiveUsers: ${statement}\n`);
    expect(stdout).toContain("It inserts without a list of columns (users).");
    await app.commit("Add it");
    expect((await app.lockstep("deploy")).code).toBe(1);
    await app.system.query(app.production, statement);
    await succeeded(app.lockstep("deploy", ...accept));
    await expect(app.system.query(app.production, statement.replace("900", "901"))).rejects.toThrow("Column count");
  });
});

import { afterEach, describe, expect, test } from "vitest";
import type { Addition, OrmApp } from "./orm-app.js";
import { succeeded } from "./orm-app.js";
import { onOthers, orms } from "./orms.js";

// An audit trigger that takes the whole row: it is named when a column is generated, and `deploy` holds until it is mended or accepted.

const safe: Addition = { columns: [{ name: "emailAlias", isRequired: false }] };
const planned: Addition = { columns: [{ name: "handle", isRequired: true, fill: "lower(email)" }] };

const audited = [
  `CREATE SCHEMA audit`,
  `CREATE TABLE audit.users_history (id integer, email text, name text, at timestamptz, op text)`,
  `CREATE FUNCTION log_user() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit.users_history SELECT OLD.*, now(), TG_OP; RETURN NULL; END $$`,
  `CREATE TRIGGER log_user AFTER UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION log_user()`,
];
const mended = (audited[2] ?? "")
  .replace("CREATE", "CREATE OR REPLACE")
  .replace("OLD.*", "OLD.id, OLD.email, OLD.name");
const words =
  "inserts all columns into another table in `INSERT INTO audit.users_history SELECT OLD.*, now(), TG_OP`. With another column, UPDATE and DELETE of the table can fail, or store values in the wrong columns.";
const oldCode = "UPDATE users SET name = 'Ada' WHERE id = 1";

let app: OrmApp;
afterEach(() => app?.close());

describe.each(orms)("$name", ({ create }) => {
  test.each([
    ["a safe column", safe],
    ["a planned column", planned],
  ])("%s: named by the ORM's command, held by deploy until the function is mended", async (_, addition) => {
    app = await create().open();
    app.writeMigration("AuditUsers", audited);
    await succeeded(app.apply(app.development));
    await succeeded(app.apply(app.production));
    await app.commit("Audit");
    app.declare(addition);
    const { stdout } = await succeeded(app.generate("AddIt"));
    expect(stdout.replace(/\s+/g, " ")).toContain(words);
    const [plan] = app.plans();
    expect(plan !== undefined).toBe(addition === planned);
    if (plan !== undefined) {
      const readme = app.read(`lockstep/${plan}/README.md`);
      expect(readme).toContain("log_user() inserts all columns into another table");
      expect(readme).toContain("the table is used by function log_user(), trigger log_user on users");
    }
    await app.commit("It");

    const held = await app.lockstep("deploy");
    expect(held.code, held.output).toBe(1);
    expect(held.output).toContain(`production: function log_user() ${words}`);
    expect(held.output).toContain("--confirm whole-rows-accepted");
    await app.system.query(app.production, oldCode);

    await app.system.query(app.production, mended);
    const { output } = await succeeded(app.lockstep("deploy"));
    expect(output).not.toContain("log_user");
    await app.system.query(app.production, oldCode);
  });

  test("an accepted function is recorded for its text and its migration; a migration that mends it first needs no acceptance", async () => {
    app = await create().open();
    app.writeMigration("AuditUsers", audited);
    await succeeded(app.apply(app.production));
    const add = "ALTER TABLE users ADD COLUMN city text";
    app.writeMigration("AddCity", [add], true);
    expect((await app.lockstep("deploy")).code).toBe(1);
    const accepted = await succeeded(app.lockstep("deploy", "--confirm", "whole-rows-accepted"));
    expect(accepted.output).toContain("(accepted)");
    await expect(app.system.query(app.production, oldCode)).rejects.toThrow(
      "INSERT has more expressions than target columns",
    );
    app.writeMigration("AddZip", [mended, add.replace("city", "zip")], true);
    expect((await succeeded(app.lockstep("deploy"))).output).not.toContain("whole-rows-accepted");
    await app.system.query(app.production, oldCode);
  });
});

describe.each(onOthers)("$name", ({ create }) => {
  test("a trigger that archives rows", async () => {
    app = await create().open();
    const archive = "INSERT INTO users_history SELECT * FROM users WHERE id = OLD.id";
    const trigger = `CREATE TRIGGER log_user AFTER UPDATE ON users FOR EACH ROW ${archive}`;
    app.writeMigration("AuditUsers", ["CREATE TABLE users_history AS SELECT * FROM users WHERE false", trigger]);
    await succeeded(app.apply(app.development));
    await succeeded(app.apply(app.production));
    app.declare(safe);
    const { stdout } = await succeeded(app.generate("AddIt"));
    expect(stdout).toContain(
      `trigger \`log_user\` on \`users\` inserts all columns into another table in \`${archive}\``,
    );
    const held = await app.lockstep("deploy");
    expect(held.code, held.output).toBe(1);
    expect(held.output).toContain("UPDATE of the table can fail");
    await app.system.query(app.production, oldCode);
    await succeeded(app.lockstep("deploy", "--confirm", "whole-rows-accepted"));
    await expect(app.system.query(app.production, oldCode)).rejects.toThrow("Column count doesn't match");
  });
});

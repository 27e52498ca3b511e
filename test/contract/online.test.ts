import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OrmApp, succeeded } from "./orm-app.js";
import { onMariadb } from "./orms.js";
import { catalogue } from "./states.js";

// What MariaDB does by copying the table while writes wait, with the stock commands. Every test builds on the one before.

const rows = 20_000;
const stored = `
  @Column({ type: "varchar", length: 191, asExpression: "lower(\`email\`)", generatedType: "STORED", nullable: true, insert: false, update: false })
  lower!: string | null;
}
`;

describe.each(onMariadb)("$name", ({ create }) => {
  let app: OrmApp;
  const users = async (url: string) =>
    ((await catalogue(app, url)) as { tables: { users: readonly string[] } }).tables.users;
  const emails = async () =>
    app.system.query(app.production, "SELECT count(*) AS n, sum(`lower` = lower(`email`)) AS same FROM `users`");
  beforeAll(async () => {
    app = await create().open({ development: 5, production: rows });
  });
  afterAll(() => app?.close());

  test("a stored column is planned, and added at once where there is little to copy", async () => {
    app.edit(app.modelFile, "\n}\n", stored);
    const { output } = await succeeded(app.generate("Lower"));
    expect(output).toMatch(/✖ copy-table {2}line 1\n.*ADD `lower` /);
    await app.commit("Lower");
    await succeeded(app.apply(app.development));
    expect(await app.drift(app.development)).toBeUndefined();
    await succeeded(app.apply(app.empty));
    expect((await users(app.empty)).join()).toContain("STORED");
  });

  test("where there is much the migration stops, changes nothing, and names the command, as status and deploy do", async () => {
    const before = await users(app.production);
    const { code, output } = await app.apply(app.production);
    expect(code).not.toBe(0);
    expect(output).toMatch(/Run: npx lockstep online run \d+-Lower \(a copy of `users` would stop every write\)/);
    expect(await users(app.production)).toEqual(before);
    expect((await app.lockstep("status")).output).toMatch(
      /Next {3}npx lockstep online run \d+-Lower --target production/,
    );
    const deployed = await app.lockstep("deploy", "--target", "production");
    expect(deployed.code).toBe(1);
    expect(deployed.output).toMatch(/"users" is large[\s\S]*Run: npx lockstep online run \d+-Lower/);
    expect(deployed.stdout).toMatch(
      /^! production {3}LS7028 \d+-Lower stopped: "users" is too large to be copied while writes wait\.\n.*stopped as planned and changed nothing/,
    );
    expect(deployed.stdout).toMatch(
      /\nNext\n {2}1\. npx lockstep online run \d+-Lower --target production\n {2}2\. npx lockstep deploy --target production\n?$/,
    );
    expect(await users(app.production)).toEqual(before);
    expect((await app.lockstep("status")).output).toMatch(/0 of 2 migrations applied/);
    const again = JSON.parse((await app.lockstep("deploy", "--target", "production", "--json")).stdout);
    expect(again.targets).toMatchObject([{ status: "copy-first", applied: [], error: { code: "LS7028" } }]);
    const told = JSON.parse((await app.lockstep("report", "--target", "production", "--json")).stdout);
    const stopped = { target: "production", outcome: "stopped", code: "LS7028" };
    expect(told.report.sections.timeline.deployments).toMatchObject([stopped, stopped]);
  });

  test("the tool copies the table, and the migration finds it done", async () => {
    const { output } = await succeeded(app.lockstep("online", "run"));
    expect(output).toMatch(/✔ production: "users" — copied and changed/);
    expect((await app.lockstep("status")).output).toMatch(
      /Next(?:\n {2}1\.)? +npx lockstep deploy --target production/,
    );
    await succeeded(app.apply(app.production));
    expect(await users(app.production)).toEqual(await users(app.empty));
    expect(await emails()).toMatchObject([{ n: rows, same: String(rows) }]);
    expect((await app.lockstep("status")).output).toContain("nothing: this plan is done");
    expect((await succeeded(app.lockstep("online", "run", "--target", "production"))).output).toContain(
      "already has its planned definition",
    );
  });

  test("an undo takes the column away while writes go on", async () => {
    const { output } = await succeeded(app.lockstep("undo"));
    expect(output).toContain("Tables return to their former definitions.");
    await succeeded(app.apply(app.production));
    expect((await users(app.production)).join()).not.toContain("lower");
  });
});

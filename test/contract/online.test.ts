import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasPtOsc } from "../support/percona-toolkit.js";
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

import { appendFileSync } from "node:fs";
const log = (...x: unknown[]) => appendFileSync("/tmp/q/online.log", x.join(" ") + "\n------\n");
describe.runIf(hasPtOsc).each(onMariadb)("$name", ({ create }) => {
  let app: OrmApp;
  const users = async (url: string) => ((await catalogue(app, url)) as { tables: { users: unknown } }).tables.users;
  beforeAll(async () => {
    app = await create().open({ development: 5, production: rows });
  });
  afterAll(() => app?.close());

  test("a stored column is planned, and added at once where there is little to copy", async () => {
    app.edit(app.modelFile, "\n}\n", stored);
    const { output } = await succeeded(app.generate("Lower"));
    log(output);
    await app.commit("Lower");
    await succeeded(app.apply(app.development));
    expect(await app.drift(app.development)).toBeUndefined();
    await succeeded(app.apply(app.empty));
  });

  test("where there is much the migration stops, changes nothing, and names the command", async () => {
    const before = await users(app.production);
    const { code, output } = await app.apply(app.production);
    expect(code).not.toBe(0);
    expect(output).toMatch(/`users` has rows, .* Run: npx lockstep online run \d+-Lower/);
    expect(await users(app.production)).toEqual(before);
    log((await app.lockstep("status")).output);
    log((await app.lockstep("next")).output);
    log((await app.lockstep("deploy", "--target", "production")).output);
  });

  test("the tool copies the table, and the migration finds it done", async () => {
    const { output, code } = await app.lockstep("online", "run");
    log(code, output);
    log((await app.lockstep("status")).output);
    await succeeded(app.apply(app.production));
    expect(await users(app.production)).toEqual(await users(app.empty));
    log((await app.lockstep("status")).output);
    log((await app.lockstep("next")).output);
  });

  test("and back", async () => {
    log((await app.lockstep("undo", "--dry-run")).output);
    log((await app.lockstep("undo")).output);
  });
});

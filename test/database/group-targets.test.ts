import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseTargets } from "../../core/src/cli/targets.js";
import type { LockstepConfig } from "../../core/src/config/schema.js";
import { connect } from "../../core/src/databases/connect.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import { systems } from "./backfill/systems.js";

describe.each(systems)("targets that are many under one name, on $name", (system) => {
  let database: Awaited<ReturnType<typeof system.createDatabase>>;
  let db: Connection;
  const schemas = ["tenant_1", "tenant_2", "tenant_10", "other"].map((name) => `${name}_of_groups`);
  beforeAll(async () => {
    database = await system.createDatabase("groups");
    db = await connect(database.url, { applicationName: "test" });
    for (const schema of schemas) {
      await db.query(`CREATE SCHEMA ${schema}`);
      await db.query(`CREATE TABLE ${schema}.marker (name varchar(40))`);
      await db.query(`INSERT INTO ${schema}.marker VALUES ('${schema}')`);
    }
  });
  afterAll(async () => {
    for (const schema of schemas)
      await db?.query(`DROP SCHEMA ${schema}${system.name === "PostgreSQL" ? " CASCADE" : ""}`);
    await db?.close();
    await database?.drop();
  });

  const choose = (settings: object, name?: string) =>
    chooseTargets(
      { targets: { tenants: { urlFrom: "URL", ...settings } }, services: ["web"] } as unknown as LockstepConfig,
      {},
      { env: { URL: database.url } },
      name,
      false,
    );

  it("each schema like a pattern is one, and its tables are found there", async () => {
    const found = await choose({ eachSchema: "tenant_%_of_groups" });
    expect(found.map(({ name, group, services }) => ({ name, group, services }))).toEqual(
      ["tenant_10", "tenant_1", "tenant_2"]
        .map((name) => `${name}_of_groups`)
        .sort()
        .map((schema) => ({ name: `tenants/${schema}`, group: "tenants", services: ["web"] })),
    );
    for (const { name, url } of found) {
      const connection = await connect(url, { applicationName: "test" });
      const { rows } = await connection.query("SELECT name FROM marker").finally(() => connection.close());
      expect(`tenants/${(rows[0] as { name: string }).name}`).toBe(name);
    }
  });

  it("a query names them, by schema or by URL", async () => {
    expect(
      await choose({
        eachFrom: "SELECT 'acme' AS name, 'tenant_1_of_groups' AS `schema`".replaceAll(
          "`",
          system.name === "PostgreSQL" ? '"' : "`",
        ),
      }),
    ).toMatchObject([{ name: "tenants/acme", url: expect.stringContaining("tenant_1_of_groups") }]);
    expect(await choose({ eachFrom: `SELECT 'shard 1' AS name, '${database.url}' AS url` })).toMatchObject([
      { name: "tenants/shard 1", url: database.url },
    ]);
  });

  it("one of them is chosen by name", async () => {
    const settings = { eachSchema: "tenant_%_of_groups" };
    expect(await choose(settings, "tenants")).toHaveLength(3);
    expect((await choose(settings, "tenants/tenant_2_of_groups")).map(({ name }) => name)).toEqual([
      "tenants/tenant_2_of_groups",
    ]);
    await expect(choose(settings, "tenants/none")).rejects.toMatchObject({
      code: "LS8006",
      hint: expect.stringContaining("tenants has 3: tenants/tenant_10_of_groups"),
    });
  });

  it.each([
    ["no schema", { eachSchema: "nobody_%" }, "matches 'nobody_%'"],
    [
      "no row",
      { eachFrom: "SELECT 'a' AS name, 'b' AS url FROM (SELECT 1 AS one) x WHERE one = 2" },
      "returns no database on",
    ],
    ["a name twice", { eachFrom: "SELECT 'a' AS name, 'u' AS url UNION ALL SELECT 'a', 'v'" }, 'returns "a" twice'],
    ["neither schema nor URL", { eachFrom: "SELECT 'a' AS name, 'secret' AS link" }, "It returns name, link."],
  ])("%s is an error", async (_, settings, message) => {
    await expect(choose(settings)).rejects.toMatchObject({
      code: "LS8017",
      message: expect.stringContaining(message),
    });
  });

  it("a query that fails is an error of ours", async () => {
    await expect(choose({ eachFrom: "SELECT * FROM nowhere" })).rejects.toMatchObject({ code: "LS7002" });
  });
});

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNest, type NestProject } from "../support/nest-project.js";
import { run } from "../support/run.js";

// With 0.3 a scenario goes through it: scenarios/typeorm-nest.test.ts.
describe("the NestJS example", () => {
  const version = "1.1.1";
  let nest: NestProject;
  beforeAll(async () => {
    nest = await createNest(version);
  });
  afterAll(() => nest?.dispose());

  test("it has one copy of TypeORM, which Nest finds as well", async () => {
    const script = `const { createRequire } = require("node:module");
      const paths = [require, createRequire(require.resolve("@nestjs/typeorm"))].map((from) => from.resolve("typeorm"));
      console.log(JSON.stringify(paths))`;
    const { stdout } = await run(process.execPath, ["-e", script], { cwd: nest.root });
    const [own, nests] = JSON.parse(stdout) as [string, string];
    expect(nests).toBe(own);
    expect(JSON.parse(readFileSync(join(dirname(own), "package.json"), "utf8"))).toMatchObject({ version });
  });

  test("its migrations make the tables that its entities want", async () => {
    expect(await nest.typeorm(["migration:run"])).toMatchObject({ code: 0 });
    const check = await nest.typeorm(["migration:generate", "--check", "src/migrations/None"]);
    expect(check.output).toContain("No changes in database schema were found");
    expect(check.code).toBe(0);
  });

  test("a build serves and stops in order", async () => {
    expect(await nest.build()).toMatchObject({ code: 0, output: "" });
    const app = await nest.start(nest.development);
    const call = async (method: string, path: string, body?: object) => {
      const headers = { "content-type": "application/json" };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(new URL(path, app.url), { method, headers, ...sent });
      return { status: response.status, body: (await response.json()) as { readonly id: number } };
    };
    const ada = { email: "Ada@Example.com", name: "Ada" };
    const created = await call("POST", "/users", ada);
    expect(created).toMatchObject({ status: 201, body: ada });
    const { id } = created.body;
    expect(await call("POST", "/users", ada)).toEqual({ status: 409, body: { error: "User already exists" } });
    expect(await call("PATCH", `/users/${id}`, {})).toMatchObject({ status: 200, body: ada });
    expect(await call("PUT", "/users/by-email/Ada@Example.com", { name: "Lady" })).toMatchObject({ body: { id } });
    expect(await call("GET", `/admin/users/${id}`)).toMatchObject({ status: 200, body: { ...ada, name: "Lady" } });
    expect(await call("GET", "/users/search?q=ada@")).toMatchObject({ body: { items: [{ id, name: "Lady" }] } });
    expect(await call("GET", "/users/0")).toMatchObject({ status: 400, body: { issues: [{ path: "id" }] } });
    const order = await call("POST", "/orders", { userId: id, totalCents: 2_580 });
    expect(order).toMatchObject({ status: 201, body: { status: "PENDING", customer: { id, name: "Lady" } } });
    expect(await call("POST", `/orders/${order.body.id}/pay`)).toMatchObject({ body: { status: "PAID" } });
    expect(await call("GET", `/orders?userId=${id}`)).toMatchObject({ body: { items: [{ status: "PAID" }] } });
    expect(await app.stop()).toBe(0);
    expect(app.log()).not.toContain('"level":"error"');
  });
});

/** The story in a NestJS application on TypeORM 0.3: `forRoot` with the options of the wrapped data source, builds by tsc. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNest, type NestInstance, type NestProject } from "../support/nest-project.js";

let nest: NestProject;
let old: NestInstance;
beforeAll(async () => {
  nest = await createNest("0.3.31");
});
afterAll(() => nest?.dispose());

const entity = "src/users/user.entity.ts";
const guest = `import type { User } from "./users/user.entity";

export const guest: Pick<User, "email" | "name" | Extract<keyof User, "handle">> = { email: "guest@example.com", name: "Guest" };
`;
const onProduction = () => ({ DATABASE_URL: nest.production });
const query = async <Row extends object>(sql: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: nest.production });
  await client.connect();
  return client
    .query(sql)
    .then(
      ({ rows }) => rows,
      (error) => Promise.reject(error),
    )
    .finally(() => client.end());
};

async function succeeds(run: Promise<{ readonly code: number; readonly output: string }>): Promise<string> {
  const { code, output } = await run;
  expect(code, output).toBe(0);
  return output;
}

/** Signs up, renames and looks: what the app did before the change it does in every phase. Gives what it shows of the user. */
async function serves(app: NestInstance, email: string): Promise<Readonly<Record<string, unknown>>> {
  const call = async (method: string, path: string, body?: object) => {
    const headers = { "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(new URL(path, app.url), { method, headers, ...sent });
    expect(response.ok, `${method} ${path} → ${response.status}\n${app.log().slice(-500)}`).toBe(true);
    return (await response.json()) as { readonly id: number };
  };
  const { id } = await call("POST", "/users", { email, name: "Ada" });
  await call("PATCH", `/users/${id}`, { name: "Ada L." });
  await call("PUT", `/users/by-email/${email}`, { name: "Lady" });
  await call("POST", "/orders", { userId: id, totalCents: 100 });
  await call("GET", "/users/search?q=lady");
  return { ...(await call("GET", `/users/${id}`)) };
}

/** A build of the code as it is now, started on production. */
async function deploy(): Promise<NestInstance> {
  expect(await nest.build()).toMatchObject({ code: 0, output: "" });
  return nest.start(nest.production);
}

test("before", async () => {
  await succeeds(nest.typeorm(["migration:run"]));
  await succeeds(nest.typeorm(["migration:run"], onProduction()));
  await succeeds(nest.lockstep(["init", "--yes", "--no-install"]));
  expect(nest.read("src/data-source.ts")).toContain("export default withLockstep(new DataSource(dataSourceOptions));");
  await nest.commit("Set up Lockstep");
  old = await deploy();
  expect(await serves(old, "Ada@example.com")).not.toHaveProperty("handle");
});

test("expand", async () => {
  nest.edit(entity, (text) =>
    text.replace(
      "  name!: string;\n",
      "  name!: string;\n\n  /** @lockstep.backfill(lower(email)) */\n  @Column({ unique: true })\n  handle!: string;\n",
    ),
  );
  const config = nest.read("lockstep.config.ts");
  nest.write("lockstep.config.ts", `${config}const until = Date.now() + 4_000;\nwhile (Date.now() < until);\n`);
  const generated = nest.typeorm(["migration:generate", "src/migrations/AddHandle"]);
  await succeeds(generated);
  expect((await generated).waits).toContainEqual(expect.stringMatching(/s: (?:reading|planning) the change\n/));
  nest.write("lockstep.config.ts", config);
  // The type was reflected: of a union TypeORM would know nothing.
  expect(nest.read(entity)).toContain('@Column({ unique: true, type: "varchar", nullable: true, select: false })');
  await succeeds(nest.typeorm(["migration:run"]));
  const check = await succeeds(nest.typeorm(["migration:generate", "--check", "src/migrations/None"]));
  expect(check).toContain("No changes in database schema were found");
  await nest.commit("expand");

  await succeeds(nest.typeorm(["migration:run"], onProduction()));
  expect(await serves(old, "Old@example.com")).not.toHaveProperty("handle");
  const expand = await deploy();
  expect(await serves(expand, "Expand@example.com")).not.toHaveProperty("handle");
  await expand.stop();
  expect(await query("SELECT handle FROM users ORDER BY id")).toEqual([
    { handle: null },
    { handle: "old@example.com" },
    { handle: "expand@example.com" },
  ]);
});

test("a request class whose field is declined: its rows are linked with it, and are written without it", async () => {
  const dto = "src/users/dto/create-user.dto.ts";
  const name = `${dto}#class CreateUserDto`;
  const declined = await nest.lockstep(["code", "--not", `${dto}:16`]);
  expect(declined.code, declined.output).toBe(2);
  expect(declined.output).toMatch(
    /LS4009 [\s\S]*is linked with:\n(.*\n)* {2}src\/users\/users\.service\.ts:14 {2}.*dto\.handle \?\?/,
  );
  expect(declined.output).toContain(`--not '${name}' --reason "<why>"`);
  nest.edit(dto, (text) => text.replace(/\n {2}@ApiProperty\(\{ required: false \}\)[\s\S]*handle\?: string;\n/, ""));
  nest.edit(dto, (text) => text.replace("IsOptional, IsString, ", ""));
  nest.edit("src/users/users.service.ts", (text) =>
    text.replaceAll(/,\s*handle: \w+\.handle \?\? \w+\.email\.toLowerCase\(\)/g, ""),
  );
  await nest.commit("Remove what is declined");
  await succeeds(nest.lockstep(["code", "--not", name, "--reason", "the server sets it"]));
  await succeeds(nest.lockstep(["code"]));
  expect(nest.read(dto)).not.toContain("handle");
  const service = nest.read("src/users/users.service.ts");
  expect(service).toContain("handle: dto.email.toLowerCase()");
  expect(service).toContain("handle: user.email.toLowerCase()");
  expect(await nest.build()).toMatchObject({ code: 0, output: "" });
  const plan = readdirSync(join(nest.root, "lockstep")).find((each) => each.endsWith("AddHandle"));
  const { state } = JSON.parse(nest.read(`lockstep/${plan}/plan.json`));
  expect(state.edits.filter(({ file }: { file: string }) => file === dto)).toEqual([]);
  await nest.commit("Decline the field of the request");
});

test("backfill and switch", async () => {
  await succeeds(nest.lockstep(["backfill", "run", "--target", "production"]));
  // Nothing but its type says that this is a user.
  nest.write("src/guest.ts", guest);
  const wanting = JSON.parse(await succeeds(nest.lockstep(["next", "--target", "production", "--dry-run", "--json"])));
  expect(wanting.places).toContainEqual(
    expect.objectContaining({ file: "src/guest.ts", kind: "required", reason: expect.stringContaining("TS2741") }),
  );
  rmSync(join(nest.root, "src/guest.ts"));
  await succeeds(nest.lockstep(["next", "--target", "production"]));
  await nest.commit("switch");
  const read = await deploy();
  expect(await serves(read, "Switch@example.com")).toMatchObject({ handle: "switch@example.com" });
  expect(await serves(old, "Still@example.com")).not.toHaveProperty("handle");
  await read.stop();
  expect(await old.stop()).toBe(0);
});

test("an entity of expand, or without the property, as a merge may bring it", async () => {
  const now = nest.read(entity);
  const column = /(?: {2}\/\*\*[^/]*\*\/\n)?( {2}@Column\(\{ unique: true[^\n]*\n) {2}handle[^\n]*\n/;
  expect(now).toMatch(column);
  const named = async (text: string, what: string, next: string) => {
    nest.write(entity, text);
    for (const args of [["status"], ["code"], ["check", "--all"], ["doctor"]]) {
      const { code, output } = await nest.lockstep(args);
      expect(code, output).toBe(1);
      expect(output).toContain(what);
      expect(output).toContain(next);
    }
    nest.write(entity, now);
  };
  const closed = now.replace("nullable: true", "nullable: true, select: false");
  await named(closed, "User.handle is excluded from reads, although its plan is in switch", "Remove select: false");
  await named(now.replace(column, ""), "the field User.handle no longer exists", "or restore the field");
  await succeeds(nest.lockstep(["status", "--target", "production"]));
});

test("contract", async () => {
  const confirmed = ["--confirm", "writers-aware", "--confirm", "reads-steady"];
  await succeeds(nest.lockstep(["next", "--target", "production", ...confirmed]));
  expect(nest.read(entity)).toContain("  @Column({ unique: true })\n  handle!: string;\n");
  await nest.commit("contract");
  await succeeds(nest.lockstep(["deploy", "--target", "production"]));
  const contract = await deploy();
  expect(await serves(contract, "Last@example.com")).toMatchObject({ handle: "last@example.com" });
  expect(await contract.stop()).toBe(0);
  const [rows] = await query("SELECT count(*)::int AS rows, bool_and(handle = lower(email)) AS right FROM users");
  expect(rows).toEqual({ rows: 6, right: true });
  const check = await succeeds(nest.typeorm(["migration:generate", "--check", "src/migrations/None"], onProduction()));
  expect(check).toContain("No changes in database schema were found");
  expect(await succeeds(nest.lockstep(["status"]))).toContain("done");
});

import { afterEach, expect, test } from "vitest";
import { openWriteSites } from "../../../core/src/cli/write-sites.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { CodeDesk } from "../../support/code-desk.js";

const files = {
  "prisma/schema.prisma": `datasource db {
  provider = "postgresql"
}

model User {
  id Int @id
  email String
  name String
}
`,
  "src/db.ts": `import { PrismaClient } from "./generated/client";
export const prisma = new PrismaClient();
`,
  "src/users.ts": `import { prisma } from "./db";

export const addUser = (email: string, name: string) => prisma.user.create({ data: { id: 1, email, name } });
`,
  "src/other.ts": `import { pool } from "./mysql";

export const copyUser = () => pool.query('INSERT INTO "User" (id, email, name) VALUES (1, $1, $2)');

export const copyMore = () => pool.query('INSERT INTO "User" (id, email) VALUES (2, $1)');
`,
};
const place = "src/other.ts:3";
const reason = "it writes to the old MySQL server";

let desk: CodeDesk;
afterEach(() => desk?.close());

const sites = () => openWriteSites(desk.plan, { project: desk.project, plugin: prismaPlugin, config: { targets: {} } });
const readme = () => desk.read("lockstep/20261120093000_add_handle/README.md");

test("a place that must change is declined with a reason, which is kept and shown, until --only takes it back", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  expect(await sites()).toMatchObject({ count: 2, places: [place, "src/other.ts:5"], declined: [] });
  await expect(desk.code({ code: "required", not: [place] })).rejects.toMatchObject({ code: "LS8005" });
  await expect(desk.code({ reason })).rejects.toMatchObject({ code: "LS8002" });

  const first = await desk.code({ code: "required", not: [place], reason });
  expect(first.exitCode).toBe(1);
  expect(first.text).toContain("1 place for you to edit");
  expect(await sites()).toMatchObject({
    count: 1,
    places: ["src/other.ts:5"],
    declined: [],
  });
  expect(readme()).toMatch(new RegExp(`declined by a person:\\*\\*\n\n- \`${place}\` .* — ${reason}\n`));

  // The place, not the line.
  desk.write("src/other.ts", `// Once.\n\n${files["src/other.ts"]}`);
  const second = await desk.code({ code: "required", not: ["src/other.ts:7"], reason });
  expect(second.exitCode).toBe(0);
  expect(await sites()).toMatchObject({ count: 0 });
  expect((await desk.code({ code: "required", all: true })).text).toContain(`src/other.ts:5  `);

  const back = await desk.code({ code: "required", only: ["src/other.ts:5"] });
  expect(back.exitCode).toBe(1);
  expect(await sites()).toMatchObject({ count: 1, places: ["src/other.ts:5"] });
});

test("with one more of that name somebody has to look again", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  await desk.code({ code: "required", not: ["src/other.ts"], reason });
  expect((await sites()).count).toBe(0);
  const [insert = ""] = /pool\.query.*/.exec(files["src/other.ts"]) ?? [];
  desk.write("src/other.ts", files["src/other.ts"].replace(insert, `{\n  ${insert}\n  ${insert}\n}`));
  expect((await sites()).count).toBe(2);
});

test("on a terminal the reason is asked for, and none declines nothing", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  const asked = await desk.code({ code: "required", not: [place] }, { text: () => reason });
  expect(asked.asked).toEqual([
    expect.stringMatching(/^src\/other\.ts:3 is a required edit \(.*\)\. Why is it not needed\?$/),
  ]);
  expect((await sites()).count).toBe(1);
  const silent = desk.code({ code: "required", not: ["src/other.ts:5"] }, { text: () => " " });
  await expect(silent).rejects.toMatchObject({ code: "LS8005" });
  expect((await desk.code({ code: "required", not: ["src/other.ts:5"] }, { text: () => undefined })).exitCode).toBe(
    130,
  );
});

test("an edit that was made and taken out by hand is not made again once it is declined", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  desk.write("src/users.ts", files["src/users.ts"]);
  expect((await sites()).places).toContain("src/users.ts:3");
  await desk.code({ code: "required", not: ["src/users.ts:3"], reason });
  expect(desk.read("src/users.ts")).toBe(files["src/users.ts"]);
  expect(desk.plan.state.places).toContainEqual(expect.objectContaining({ file: "src/users.ts", declined: reason }));
  await desk.code({ code: "required", only: ["src/users.ts:3"] });
  expect(desk.read("src/users.ts")).toContain("handle: email.toLowerCase()");
});

test("contract asks by name about declined places that write rows, and again when their code changes", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  const step = { gate: "writers-aware", table: { name: "User" }, column: "handle" } as const;
  const writers = async () => (await sites()).writersOf(step).filter(({ file }) => file !== "(all code)");
  expect(await writers()).toEqual([]);
  await desk.code({ code: "required", not: ["src/other.ts"], reason });
  const named = await writers();
  expect(named).toMatchObject([
    { file: "src/other.ts", line: 3, reason: expect.stringContaining(`${reason}). From contract on`) },
    { file: "src/other.ts", line: 5 },
  ]);
  desk.write("src/other.ts", files["src/other.ts"].replace("VALUES (1,", "VALUES (9,"));
  const [changed, same] = await writers();
  expect(changed?.id).not.toBe(named[0]?.id);
  expect(same?.id).toBe(named[1]?.id);
});

test("a declined edit that writes no row is named by its reason alone", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  desk.write("src/db.ts", files["src/db.ts"]);
  await desk.code({ code: "required", not: ["src/db.ts:2"], reason });
  expect((await sites()).declined).toMatchObject([{ file: "src/db.ts", declined: reason }]);
});

test("undo of the phase forgets it", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  await desk.code({ code: "required", not: [place], reason });
  await desk.release("switch");
  expect(desk.plan.state.declined).toHaveLength(1);
  await desk.code({ code: "required", not: ["src/other.ts:5"], reason });
  await desk.undo();
  expect(desk.plan.state.declined).toMatchObject([{ phase: "expand" }]);
  expect((await sites()).count).toBe(1);
  await desk.undo({ yes: true });
  expect(desk.plan.state.declined).toBeUndefined();
});

test("what must change and is left out of the checklist takes a reason, or stays required", async () => {
  const strict = `import { z } from "zod";
import { prisma } from "./db";

export const Shown = z.strictObject({ id: z.int(), email: z.string(), name: z.string() });
export const show = async (id: number) => Shown.parse(await prisma.user.findUnique({ where: { id } }));
`;
  const { "src/other.ts": _, ...others } = files;
  for (const words of [reason, ""]) {
    desk = await CodeDesk.open({ ...others }, { phase: "switch" });
    desk.write("src/show.ts", strict);
    const person = { pick: () => "exposed", tick: () => [], text: () => words };
    const result = await desk.code({}, person);
    expect(result.asked.at(-1)).toMatch(/^src\/show\.ts:4 is a required edit/);
    expect(result.exitCode).toBe(words === "" ? 1 : 0);
    expect((await sites()).count).toBe(words === "" ? 1 : 0);
    desk.close();
  }
});

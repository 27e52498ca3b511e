import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LockstepError } from "../../../core/src/base/errors.js";
import type { AnswerGroup } from "../../../core/src/cli/io.js";
import { openWriteSites } from "../../../core/src/cli/write-sites.js";
import { planText } from "../../../core/src/plan/plan-file.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { CodeDesk } from "../../support/code-desk.js";

const schema = `datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

model User {
  id Int @id
  email String
  name String
  bio String
  city String
  createdAt DateTime @default(now())
}

model Order {
  id Int @id
  total Int
  status String
  note String
}
`;
const files = {
  "prisma/schema.prisma": schema,
  "src/db.ts": `import { PrismaClient } from "./generated/client";
export const prisma = new PrismaClient();
`,
  "src/users/create.ts": `import { prisma } from "../db";

export const add = (email: string) =>
  prisma.user.create({ data: { id: 1, email, name: "", bio: "", city: "" } });
`,
  "src/users/serializer.ts": `import type { User } from "../generated/client";

export function toProfile(user: User) {
  return { email: user.email, name: user.name, bio: user.bio, city: user.city };
}
`,
  "src/users/list.ts": `import { prisma } from "../db";

export const listUsers = () =>
  prisma.user.findMany({
    select: { id: true, email: true, name: true, bio: true, city: true },
  });

export const nameUsers = () => prisma.user.findMany({ select: { id: true, name: true } });
`,
  "src/orders.ts": `import { prisma } from "./db";

export const listOrders = () => prisma.order.findMany({ select: { total: true, status: true } });
`,
};

const listKey = "select:src/users/list.ts#listUsers: select of prisma.user.findMany";
const namesKey = "select:src/users/list.ts#nameUsers: select of prisma.user.findMany";
const profileKey = "mapper:src/users/serializer.ts#toProfile: copy of User";

let desk: CodeDesk;
afterEach(() => desk?.close());

const open = async (given: Readonly<Record<string, string>> = files, options?: Parameters<typeof CodeDesk.open>[1]) => {
  desk = await CodeDesk.open(given, options);
};
const list = () => desk.read("src/users/list.ts");
const profile = () => desk.read("src/users/serializer.ts");
const isWritten = (text: string) => text.includes("handle");
const values = (groups: readonly AnswerGroup[], name?: string) =>
  groups
    .filter((group) => name === undefined || group.name === name)
    .flatMap(({ answers }) => answers.map((each) => each.value));
const allTicked = (groups: readonly AnswerGroup[]) =>
  groups.flatMap(({ answers }) => answers.filter(({ isTicked }) => isTicked).map(({ value }) => value));
const exposed = (): string => "exposed";
const refusal = async (run: Promise<unknown>): Promise<LockstepError> => {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LockstepError);
  return error as LockstepError;
};

describe("on a terminal", () => {
  test("asks once who sees the column, then with a checklist: likely places ticked, each with its reasons", async () => {
    await open();
    let seen: readonly AnswerGroup[] = [];
    const result = await desk.code(
      {},
      {
        pick: exposed,
        tick(groups) {
          seen = groups;
          return allTicked(groups);
        },
      },
    );
    expect(result.asked).toEqual([
      "Who sets and sees User.handle?",
      "Which column is User.handle most like?",
      "Which of these places also need User.handle?",
    ]);
    expect(seen.map(({ name, answers }) => [name, answers.map(({ label, isTicked }) => [label, isTicked])])).toEqual([
      [
        "show it",
        [
          ["src/users/list.ts:5  listUsers: select of prisma.user.findMany  + handle: true", true],
          [
            "src/users/serializer.ts:4  toProfile: copy of User  + handle: user.handle ?? user.email.toLowerCase()",
            true,
          ],
          ["src/users/list.ts:8  nameUsers: select of prisma.user.findMany  + handle: true", false],
        ],
      ],
    ]);
    expect(seen[0]?.answers[0]?.hint).toMatch(/^holds 4 of 4 columns, has all 4 other text columns/);
    expect(list()).toContain("city: true, handle: true }");
    expect(list()).toContain("{ id: true, name: true }");
    expect(profile()).toContain("handle: user.handle ?? user.email.toLowerCase()");
    expect(desk.choices).toEqual({ [listKey]: "yes asked", [profileKey]: "yes asked", [namesKey]: "no asked" });
    expect(desk.plan.state.exposure).toEqual({ "User.handle": "exposed" });
    expect(result.text).toContain("2 code edits made");
    expect(result.text).toContain("left out by choice\n  src/users/list.ts:8");
  });

  test("the second run asks nothing; a place that came since is asked about alone", async () => {
    await open();
    await desk.code({}, { pick: exposed, tick: () => [] });
    const before = list();
    const again = await desk.code({}, {});
    expect(again.asked).toEqual([]);
    expect(list()).toBe(before);
    desk.write(
      "src/users/card.ts",
      `import type { User } from "../generated/client";\n\nexport const toCard = (user: User) => ({ email: user.email, name: user.name, bio: user.bio });\n`,
    );
    let shown: readonly string[] = [];
    const third = await desk.code(
      {},
      {
        tick(groups) {
          shown = values(groups);
          return shown;
        },
      },
    );
    expect(third.asked).toHaveLength(1);
    expect(shown).toHaveLength(1);
    expect(desk.read("src/users/card.ts")).toContain("handle: ");
    expect(isWritten(list() + profile())).toBe(false);
  });

  test.each([
    ["the question", { pick: (): undefined => undefined }],
    ["the checklist", { pick: exposed, tick: () => undefined }],
  ])("cancel at %s writes nothing", async (_at, person) => {
    await open();
    const before = desk.read("lockstep/20261120093000_add_handle/plan.json");
    const result = await desk.code({}, person);
    expect(result.exitCode).toBe(130);
    expect(result.text).toBe("Cancelled: no file was written.\nNext   npx lockstep code");
    expect(isWritten(list() + profile())).toBe(false);
    expect(desk.read("lockstep/20261120093000_add_handle/plan.json")).toBe(before);
  });

  test("Ctrl-C while the chosen edits are compiled writes nothing", async () => {
    await open();
    const ctrlC = new AbortController();
    const stopped = (groups: Parameters<typeof allTicked>[0]) => {
      ctrlC.abort();
      return allTicked(groups);
    };
    const result = await desk.code({}, { pick: exposed, tick: stopped, signal: ctrlC.signal });
    expect([result.exitCode, result.text]).toEqual([130, "Cancelled: no file was written.\nNext   npx lockstep code"]);
    expect(isWritten(list() + profile())).toBe(false);
  });

  test.each([
    { answer: "write", isWritten: true, exitCode: 0 },
    { answer: "leave", isWritten: false, exitCode: 0 },
    { answer: undefined, isWritten: false, exitCode: 130 },
  ])("asks before it writes what it could not check: $answer", async ({ answer, isWritten: isMade, exitCode }) => {
    await open(files, { config: { code: { verify: 0.001 } } });
    const pick = (question: string) => (question.startsWith("The types of") ? answer : "exposed");
    const result = await desk.code({}, { pick, tick: (groups) => values(groups) });
    expect(result.asked.at(-1)).toBe(
      "The types of 3 chosen places could not be checked (the type check took longer than 0.001 s).",
    );
    expect(result.exitCode).toBe(exitCode);
    expect([list(), profile()].map(isWritten)).toEqual([isMade, isMade]);
    // What was left out stays chosen, and is checked again by the next run.
    if (exitCode === 0) expect(desk.choices).toMatchObject({ [namesKey]: "yes asked", [profileKey]: "yes asked" });
  });

  test("internal: responses are no places any more, as with the annotation", async () => {
    await open();
    const result = await desk.code({}, { pick: (): string => "internal", tick: allTicked });
    expect(isWritten(profile())).toBe(false);
    expect(result.json.exposure).toEqual({ "User.handle": "internal" });
    expect(Object.keys(desk.choices)).not.toContain(profileKey);
    const explained = await desk.code({ explain: "src/users/serializer.ts:4" });
    expect(explained.text).toContain("is not offered: User.handle is internal");
    // What the annotation gives, byte for byte.
    const asked = [list(), profile(), desk.read("src/users/create.ts")];
    desk.close();
    await open(files, { exposure: "internal" });
    const annotated = await desk.code({}, { tick: allTicked });
    expect(annotated.asked).toEqual(result.asked.slice(1));
    expect(annotated.json.places).toEqual(result.json.places);
    expect([list(), profile(), desk.read("src/users/create.ts")]).toEqual(asked);
  });

  test("a run that only shows asks nobody, and shows what is ticked", async () => {
    await open();
    const result = await desk.code({ dryRun: true }, {});
    expect(result.asked).toEqual([]);
    expect(result.err).toBe("");
    expect(result.text).toContain(
      "+    select: { id: true, email: true, name: true, bio: true, city: true, handle: true },",
    );
    expect(result.json.diff).toContain("city: true, handle: true },");
    expect(isWritten(list())).toBe(false);
    expect(desk.choices).toEqual({});
  });

  test("a run that only shows names the command that does the same, and writes", async () => {
    await open();
    const result = await desk.code({ dryRun: true, code: "required", only: ["src/users/*.ts"], exposure: "exposed" });
    expect(result.text).toMatch(
      /Next {3}npx lockstep code --code required --only 'src\/users\/\*\.ts' --exposure exposed$/,
    );
  });

  test("places of one shape in a file are one line", async () => {
    await open({
      ...files,
      "src/users/list.ts": `${files["src/users/list.ts"]}
export const pageUsers = () => prisma.user.findMany({ select: { id: true, name: true }, take: 5 });
`,
    });
    let labels: readonly string[] = [];
    await desk.code(
      {},
      {
        pick: exposed,
        tick(groups) {
          labels = groups.flatMap(({ answers }) => answers.map(({ label }) => label));
          const maybe = groups.flatMap(({ answers }) => answers.filter(({ isTicked }) => !isTicked));
          return maybe.map(({ value }) => value);
        },
      },
    );
    expect(labels).toContain(
      "src/users/list.ts:8  nameUsers: select of prisma.user.findMany (and 1 like it)  + handle: true",
    );
    expect(list().match(/name: true, handle: true/g)).toHaveLength(2);
  });
});

describe("without a terminal", () => {
  test("what lists the whole model is edited, nothing is asked, nothing is declined", async () => {
    const whole = `${files["src/users/list.ts"].replace("city: true", "city: true, createdAt: true")}`;
    await open({ ...files, "src/users/list.ts": whole });
    const result = await desk.code();
    expect(result.asked).toEqual([]);
    expect(list()).toContain("createdAt: true, handle: true");
    expect(isWritten(profile())).toBe(false);
    expect(desk.choices).toEqual({ [listKey]: "yes level" });
    expect(result.text).toContain("1 likely place (not edited)");
    // The first run made the rest.
    expect((await desk.code()).text).toMatch(/^All required code edits .*are made\.\n1 likely place/);
    expect((await desk.code({ not: [profileKey] })).text).toMatch(/^All code edits .*are made\./);
    expect(result.text).toContain("npx lockstep code --code likely");
  });

  test("a column that is answered to be internal late: what lets callers choose it is listed", async () => {
    const schemas = `import { z } from "zod";

export const createUser = z.object({ email: z.string(), name: z.string(), bio: z.string(), city: z.string() });
export const read = (request: { body: unknown }) => createUser.parse(request.body);
`;
    await open({ ...files, "src/users/schemas.ts": schemas }, { phase: "expand" });
    await desk.code({ code: "likely" });
    expect(desk.read("src/users/schemas.ts")).toContain("handle: z.string().optional()");
    await desk.release("switch");
    const result = await desk.code({ exposure: "internal" });
    expect(result.text).toMatch(
      /schemas\.ts:8 .*callers may still choose handle, which is internal: take `handle: z\.string/,
    );
    desk.write("src/users/schemas.ts", schemas);
    expect((await desk.code({})).text).not.toContain("callers may still");
  });

  test("the client of another schema is left alone, however alike its models are", async () => {
    const own = { "src/visitors.ts": 'export { prisma as visitors } from "./stats";\n' };
    const stats = files["src/db.ts"].replace("./generated/client", "./stats-client");
    const add = files["src/users/create.ts"].replace('"../db"', '"../visitors"').replaceAll("prisma", "visitors");
    const others = {
      "prisma/stats.prisma": schema.replace("../src/generated", "../src/stats-client"),
      "src/stats.ts": stats,
      "src/visitors/create.ts": add,
      ...own,
    };
    await open({ ...files, ...others });
    await desk.code({ code: "likely" });
    expect(desk.read("src/users/create.ts")).toContain("handle:");
    expect(desk.read("src/users/list.ts")).toContain("handle: true");
    for (const [file, text] of Object.entries(others)) expect(desk.read(file)).toBe(text);
  });

  test("a strict schema that would throw is edited whatever was chosen, or required of whoever declined it", async () => {
    const strict = `import { z } from "zod";
import { prisma } from "../db";

export const Shown = z.strictObject({ id: z.int(), email: z.string(), name: z.string(), bio: z.string(), city: z.string(), createdAt: z.date() });
export const show = async (id: number) => Shown.parse(await prisma.user.findUnique({ where: { id } }));
`;
    const shown = () => isWritten(desk.read("src/users/show.ts"));
    await open({ ...files, "src/users/show.ts": strict });
    expect(shown(), "required").toBe(true);
    desk.write("src/users/show.ts", strict);
    await desk.code({ only: ["src/users/serializer.ts"] });
    expect(shown(), "--only").toBe(true);
    desk.write("src/users/show.ts", strict);
    const declined = await desk.code({ not: ["src/users/show.ts"] });
    expect(shown()).toBe(false);
    expect(declined.text).toMatch(
      /src\/users\/show\.ts:4 .*throws on unknown keys from switch on, when reads bring handle/,
    );
    expect(desk.plan.state.places).toContainEqual(
      expect.objectContaining({ file: "src/users/show.ts", kind: "required" }),
    );
  });

  test("--code likely takes the likely ones and remembers them", async () => {
    await open();
    const result = await desk.code({ code: "likely" });
    expect(result.text).toContain("2 code edits made");
    expect(isWritten(profile())).toBe(true);
    expect(list()).toContain("{ id: true, name: true }");
    expect(desk.choices).toEqual({ [listKey]: "yes level", [profileKey]: "yes level" });
    expect((await desk.code({ code: "likely" })).json.edits).toEqual([]);
  });

  test("tests follow once a place outside of them is accepted", async () => {
    const test = `import type { User } from "../src/generated/client";\n\nexport const toRow = (user: User) => ({ id: user.id, email: user.email, name: user.name, bio: user.bio, city: user.city, createdAt: user.createdAt });\n`;
    await open({ ...files, "test/rows.ts": test });
    await desk.code({ code: "required" });
    expect(desk.read("test/rows.ts")).toBe(test);
    await desk.code({ code: "likely" });
    expect(desk.read("test/rows.ts")).toContain("handle: ");
  });

  test.each(["likely", "LOCKSTEP_CODE", "code.edit"])(
    "the level comes from the flag, the environment, the config: %s",
    async (from) => {
      await open(files, from === "code.edit" ? { config: { code: { edit: "likely" } } } : {});
      await desk.code(
        from === "likely" ? { code: from } : from === "LOCKSTEP_CODE" ? { env: { LOCKSTEP_CODE: "likely" } } : {},
      );
      expect(isWritten(profile())).toBe(true);
    },
  );

  test("the flag counts more than the environment, and that more than the config", async () => {
    await open(files, { config: { code: { edit: "likely" } } });
    await desk.code({ env: { LOCKSTEP_CODE: "required" } });
    expect(isWritten(profile())).toBe(false);
    await desk.code({ code: "likely", env: { LOCKSTEP_CODE: "required" } });
    expect(isWritten(profile())).toBe(true);
  });

  test("what the config accepts and declines", async () => {
    await open(files, { config: { code: { edit: "likely", accept: [namesKey], decline: ["src/**/serializer.ts"] } } });
    await desk.code();
    expect(list().match(/handle: true/g)).toHaveLength(2);
    expect(isWritten(profile())).toBe(false);
    expect(Object.keys(desk.choices)).not.toContain(profileKey);
    await desk.code({ only: ["src/users/serializer.ts"] });
    expect(isWritten(profile())).toBe(true);
  });

  test("what cannot be meant is a usage error", async () => {
    await open();
    expect((await refusal(desk.code({ code: "most" }))).code).toBe("LS8002");
    expect((await refusal(desk.code({ env: { LOCKSTEP_CODE: "most" } }))).message).toContain("LOCKSTEP_CODE=most");
    expect((await refusal(desk.code({ code: "ask" }))).code).toBe("LS8005");
    expect((await refusal(desk.code({ exposure: "public" }))).code).toBe("LS8002");
    expect((await refusal(desk.code({ code: "none", only: ["src"] }))).code).toBe("LS8002");
  });
});

describe("places that need one another", () => {
  const card = "src/users/card.ts";
  const withCard = {
    ...files,
    [card]: `import type { User } from "../generated/client";

export interface Card {
  id: number;
  email: string;
  name: string;
}

export const toCard = (user: User): Card => ({ id: user.id, email: user.email, name: user.name });
`,
  };
  const cardKey = `mapper:${card}#toCard: copy of User`;
  const typeKey = `type:${card}#interface Card`;

  test.each([
    ["the copy", `${card}:9`, { [cardKey]: "yes only", [typeKey]: "yes needed" }, "interface Card, with toCard"],
    ["the type", `${card}:3`, { [cardKey]: "yes needed", [typeKey]: "yes only" }, "copy of User, with interface Card"],
  ])("--only %s takes the other along, and says so", async (_which, place, choices, said) => {
    await open(withCard);
    const { text } = await desk.code({ only: [place] });
    expect(desk.read(card).match(/handle: /g)).toHaveLength(2);
    expect(desk.choices).toEqual(choices);
    expect(text).toContain(said);
  });

  test("--not one of them leaves the other open", async () => {
    await open(withCard);
    await desk.code({ code: "likely", not: [`${card}:3`] });
    expect(desk.read(card)).toBe(withCard[card]);
    expect(desk.choices).toEqual(expect.objectContaining({ [typeKey]: "no not" }));
    expect(desk.choices).not.toHaveProperty([cardKey]);
  });

  test.each([
    ["the copy", cardKey],
    ["the type", typeKey],
  ])("--not %s once both are made: both are named, and both stay away", async (_which, key) => {
    await open(withCard);
    await desk.code({ only: [`${card}:9`] });
    const { message, hint } = await refusal(desk.code({ not: [key] }));
    expect(message).toMatch(/is already made[\s\S]*It is linked with:\n {2}src\/users\/card\.ts:\d+ {2}.*`handle: /);
    expect(hint).toContain(`npx lockstep code ${desk.plan.id} --not '${key}'`);
    desk.write(card, withCard[card]);
    await desk.code({ not: [key] });
    for (const options of [{}, { code: "likely" }]) await desk.code(options);
    expect(desk.read(card)).toBe(withCard[card]);
    expect(desk.plan.state.edits.filter(({ file }) => file === card)).toEqual([]);
    await desk.code({ only: [key] });
    expect(desk.read(card).match(/handle: /g)).toHaveLength(2);
  });

  test("on a terminal they are one line", async () => {
    await open(withCard);
    let labels: readonly string[] = [];
    const tick = (groups: readonly AnswerGroup[]) => {
      labels = groups.flatMap(({ answers }) => answers.map(({ label }) => label));
      return values(groups).filter((value) => value.includes(card));
    };
    await desk.code({}, { pick: exposed, tick });
    expect(labels.filter((label) => label.includes(card))).toEqual([
      `${card}:9  toCard: copy of User  + handle: user.handle ?? user.email.toLowerCase(); with it: ${card}:3  interface Card  + handle: string`,
    ]);
    expect(desk.read(card).match(/handle: /g)).toHaveLength(2);
  });
});

describe("--only and --not", () => {
  test.each([
    ["a line", "src/users/list.ts:8"],
    ["a key", namesKey],
  ])("--only by %s edits that place and nothing else", async (_by, place) => {
    await open();
    const before = profile();
    await desk.code({ only: [place] });
    expect(list()).toContain("{ id: true, name: true, handle: true }");
    expect(list().match(/handle/g)).toHaveLength(1);
    expect(profile()).toBe(before);
    expect(desk.choices).toEqual({ [namesKey]: "yes only" });
  });

  test("--only by a glob, and on a terminal without a question", async () => {
    await open();
    const result = await desk.code({ only: ["src/**/l?st.{ts,js}"], exposure: "exposed" }, {});
    expect(result.asked).toEqual([]);
    expect(list().match(/handle: true/g)).toHaveLength(2);
    expect(isWritten(profile())).toBe(false);
  });

  test("--only a second time finds the place done, and changes nothing", async () => {
    await open();
    await desk.code({ only: [listKey] });
    const before = list();
    expect((await desk.code({ only: [listKey] })).json.edits).toEqual([]);
    expect(list()).toBe(before);
  });

  test("--not leaves a place out, now and later, until --only names it", async () => {
    await open();
    await desk.code({ code: "likely", not: ["src/users/serializer.ts"] });
    expect(desk.choices).toEqual({ [listKey]: "yes level", [profileKey]: "no not" });
    const later = await desk.code({ code: "likely" });
    expect(isWritten(profile())).toBe(false);
    expect(later.text).toContain("left out by choice\n  src/users/serializer.ts:4  toProfile: copy of User");
    await desk.code({ only: ["src/users/serializer.ts:4"] });
    expect(isWritten(profile())).toBe(true);
    expect(desk.choices[profileKey]).toBe("yes only");
  });

  test.each([
    ["src/users/lst.ts:5", "src/users/list.ts:5"],
    ["src/user/serializer.ts", "src/users/serializer.ts"],
    [namesKey.replace("nameUsers", "namesUser"), namesKey],
  ])("a name that means nothing is an error with what was meant: %s", async (written, meant) => {
    await open();
    for (const flag of ["only", "not"]) {
      const error = await refusal(desk.code({ [flag]: [written] }));
      expect(error.code).toBe("LS4003");
      expect(error.message).toContain(`--${flag} ${written}`);
      expect(error.hint).toContain(meant);
    }
    expect(desk.choices).toEqual({});
  });
});

test("what would not compile is not written by the next run either", async () => {
  const shown = `import { prisma } from "../db";

type Column = "id" | "email" | "name" | "bio" | "city" | "createdAt";
const columns: Record<Column, true> = { id: true, email: true, name: true, bio: true, city: true, createdAt: true };

export const showUsers = () => prisma.user.findMany({ select: columns });
`;
  const inline = shown
    .replace(/const columns: (.*?) = (.*?);/, "")
    .replace(
      "select: columns",
      "select: { id: true, email: true, name: true, bio: true, city: true, createdAt: true } satisfies Record<Column, true>",
    );
  const strict = { "tsconfig.json": '{ "compilerOptions": { "strict": true } }' };
  await open({ ...files, ...strict, "src/users/show.ts": shown, "src/users/inline.ts": inline });
  await desk.code({});
  expect(desk.read("src/users/inline.ts"), "where nobody is asked").toBe(inline);
  expect(desk.read("src/users/show.ts"), "where nobody is asked").toBe(shown);
  const first = await desk.code({ only: ["src/users/show.ts:4"] });
  expect(first.text).toContain("chosen, but it would not compile (src/users/show.ts:4 TS2353");
  await desk.code({});
  expect(desk.read("src/users/show.ts")).toBe(shown);
  // Nor where a release of ours says it in other words.
  const { places, choices = [] } = desk.plan.state;
  expect(places).toContainEqual(expect.objectContaining({ file: "src/users/show.ts", reasonId: "refused" }));
  const key = (words: string) => words.replace(/#.*/, "#in other words");
  const others = places.map((each) => ({
    ...each,
    what: "in other words",
    reason: "in other words",
    ...(each.key && { key: key(each.key) }),
  }));
  const state = {
    ...desk.plan.state,
    places: others,
    choices: choices.map((each) => ({ ...each, key: key(each.key) })),
  };
  desk.write("lockstep/20261120093000_add_handle/plan.json", planText({ ...desk.plan, state }));
  await desk.code({});
  expect(desk.read("src/users/show.ts")).toBe(shown);
});

test("run again it changes nothing, not the plan's own files either", async () => {
  await open();
  const own = () => ["plan.json", "README.md"].map((name) => desk.read(`lockstep/20261120093000_add_handle/${name}`));
  await desk.code({});
  const before = own();
  await desk.code({});
  expect(own()).toEqual(before);
});

test("a place that only a person can edit is an error that says what to write", async () => {
  await open({
    ...files,
    "src/users/import.ts": `import { prisma } from "../db";
import { readRows } from "./rows";

export const load = async () => {
  const rows: { id: number; email: string; name: string; bio: string; city: string }[] = await readRows();
  await prisma.user.createMany({ data: rows });
};
`,
  });

  const error = await refusal(desk.code({ only: ["src/users/import.ts:6"] }));
  expect([error.code, error.message]).toEqual(["LS4003", expect.stringMatching(/ edit \S+ yourself: /)]);
  expect(error.hint).toBe("Edit src/users/import.ts:6");
});

describe("remembered choices", () => {
  test("follow a file that was moved", async () => {
    await open();
    await desk.code({ code: "likely", not: ["src/users/serializer.ts", namesKey], exposure: "exposed" });
    desk.move("src/users/serializer.ts", "src/people/profile.ts");
    const result = await desk.code({}, {});
    expect(result.asked).toEqual([]);
    expect(isWritten(desk.read("src/people/profile.ts"))).toBe(false);
    const moved = profileKey.replace("src/users/serializer.ts", "src/people/profile.ts");
    expect(desk.choices).toEqual({ [listKey]: "yes level", [namesKey]: "no not", [moved]: "no not" });
  });

  test("of another place of the same name do not count", async () => {
    await open();
    await desk.code({ code: "likely" });
    desk.write("src/copy.ts", files["src/users/serializer.ts"].replace("../", "./"));
    await desk.code({ code: "required" });
    expect(isWritten(desk.read("src/copy.ts"))).toBe(false);
  });

  test("undo forgets those of the phase that it takes back, and keeps who sees the column", async () => {
    await open();
    await desk.code({ code: "likely", exposure: "exposed", not: [namesKey] });
    expect(Object.keys(desk.choices)).toHaveLength(3);
    const undone = await desk.undo();
    expect(undone.exitCode, undone.text).toBe(0);
    expect(isWritten(list() + profile())).toBe(false);
    expect(desk.plan.state.choices).toBeUndefined();
    expect(desk.plan.state.exposure).toEqual({ "User.handle": "exposed" });
  });

  test("an undo that only shows lists each file in a line; the diff is in the JSON", async () => {
    await open();
    await desk.code({ code: "likely" });
    const { text, json } = await desk.undo({ dryRun: true });
    const lines = text.split("\n");
    expect(lines[0]).toBe(
      `Plan ${desk.plan.id}: switch would be reverted in the repository. No data is lost: the values in "User"."handle" stay.`,
    );
    expect(text).toMatch(/^ {2}src\/users\/serializer\.ts +\+\d+ +-\d+$/m);
    expect(text).not.toContain("@@");
    expect(json.diff).toMatch(/^-.*handle: user\.handle/m);
    expect(lines.at(-2)).toBe(
      `Nothing was written (--dry-run). To see the diff: npx lockstep undo ${desk.plan.id} --dry-run --json | jq -r .diff`,
    );
    expect(isWritten(profile())).toBe(true);
  });

  test("stand in plan.json, which reads again", async () => {
    await open();
    await desk.code({ code: "likely", exposure: "exposed", not: [namesKey] });
    expect(desk.plan.schemaVersion).toBe(1);
    const about = { model: "User", field: "handle", phase: "switch" };
    expect(desk.plan.state.choices).toEqual([
      { ...about, key: profileKey, site: "toProfile", choice: "yes", by: "level" },
      { ...about, key: listKey, site: "listUsers/prisma.user.findMany/select", choice: "yes", by: "level" },
      { ...about, key: namesKey, site: "nameUsers/prisma.user.findMany/select", choice: "no", by: "not" },
    ]);
    expect(desk.plan.columns[0]).not.toHaveProperty("exposure", "exposed");
  });
});

describe("--code none", () => {
  test("edits nothing, lists what must change with its text, and the gate to contract still counts it", async () => {
    await open(files, { phase: "expand" });
    const late = `import { prisma } from "../db";

export const addLate = (email: string) =>
  prisma.user.create({ data: { id: 2, email, name: "", bio: "", city: "" } });
`;
    desk.write("src/users/late.ts", late);
    const result = await desk.code({ code: "none" });
    expect(desk.read("src/users/late.ts")).toBe(late);
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain("No code was edited (level none)");
    expect(result.text).toContain("src/users/late.ts:4");
    expect(result.json.places).toContainEqual(
      expect.objectContaining({
        file: "src/users/late.ts",
        line: 4,
        kind: "required",
        text: "handle: email.toLowerCase()",
      }),
    );
    const config = { targets: {}, code: { edit: "none" as const } };
    const sites = await openWriteSites(desk.plan, { project: desk.project, plugin: prismaPlugin, config });
    expect(sites).toMatchObject({ count: 1, places: ["src/users/late.ts:4"] });
  });

  test("what only a person can tell is named with its text, column by column, and does not count", async () => {
    await open(files, { phase: "expand", isInstalled: false });
    desk.write(
      "prisma/seed.ts",
      `import { prisma } from "../src/db";
import rows from "./users.json";

export const seed = () => prisma.user.createMany({ data: rows });
`,
    );
    desk.write("prisma/more.sql", `-- More.\nINSERT INTO "User" (email, name) VALUES ('a', 'b');\n`);
    const asked = { project: desk.project, plugin: prismaPlugin, config: { targets: {} } };
    const sites = await openWriteSites(desk.plan, asked);
    expect(sites).toMatchObject({ count: 0, places: [] });
    const step = { gate: "writers-aware", table: { name: "User" }, column: "handle" };
    expect(sites.writersOf(step)).toMatchObject([
      { file: "prisma/more.sql", line: 2, kind: "likely", reason: 'inserts rows: add "handle"' },
      { file: "prisma/seed.ts", line: 4, kind: "likely", reason: expect.stringContaining("built elsewhere (`rows`)") },
      // Prisma is not installed there: nobody but a person can tell what names alone do not find.
      {
        file: "(all code)",
        reason: expect.stringContaining("read without all types (@prisma/client is not installed"),
      },
    ]);
    expect(sites.writersOf({ ...step, column: "slug" })).toEqual([]);
    // Who has confirmed them has seen this code, whatever its layout and wherever it stands.
    const idsNow = async () => (await openWriteSites(desk.plan, asked)).writersOf(step).map(({ id }) => id);
    const ids = sites.writersOf(step).map(({ id }) => id);
    const seed = desk.read("prisma/seed.ts");
    desk.write("prisma/seed.ts", `// One more line.\n${seed.replace("{ data: rows }", "{\n  data: rows,\n}")}`);
    expect(await idsNow()).toEqual(ids);
    desk.write("prisma/seed.ts", seed.replace("data: rows", "data: rows.slice(1)"));
    const [more, other] = await idsNow();
    expect(more).toBe(ids[0]);
    expect(other).not.toBe(ids[1]);
    desk.write("prisma/seed.ts", seed);
    expect((await desk.code({ code: "required" })).text).toMatch(
      /2 places may leave the column out \(fix or confirm them before contract\)\n +prisma\/more\.sql:2/,
    );
    const readme = desk.read("lockstep/20261120093000_add_handle/README.md");
    expect(readme).toMatch(/\*\*May leave the column out; .*:\*\*\n\n- \[ \] `prisma\/more\.sql:2` SQL over User/);
    expect(readme).not.toContain("**Likely, not edited:**");
    // With a default that stays in the database a row without it is fine.
    const withDefault = desk.plan.columns.map((column) => ({ ...column, defaultSql: "'x'" }));
    expect((await openWriteSites({ ...desk.plan, columns: withDefault }, asked)).writersOf(step)).toEqual([]);
  });

  test("ranked places never close contract, chosen or not", async () => {
    await open();
    const gate = async (edit: "likely" | "required") =>
      openWriteSites(desk.plan, {
        project: desk.project,
        plugin: prismaPlugin,
        config: { targets: {}, code: { edit } },
      });
    expect((await gate("likely")).count).toBe(0);
    desk.write("src/users/more.ts", files["src/users/list.ts"].replaceAll("Users", "People"));
    expect((await gate("likely")).count).toBe(0);
    expect((await gate("required")).count).toBe(0);
  });
});

test("without a person, what could not be checked is left out, until somebody says otherwise", async () => {
  await open(files, { config: { code: { verify: 0.001 } } });
  const first = await desk.code({ code: "required", only: [namesKey] });
  expect(list()).not.toContain("name: true, handle");
  expect(first.text).toContain(
    "1 chosen place left out: the types could not be checked (the type check took longer than 0.001 s). To edit all the same: npx lockstep code --unchecked",
  );
  expect(first.json.unchecked).toEqual({ why: "the type check took longer than 0.001 s", leftOut: 1 });
  expect(first.exitCode).toBe(0);
  const second = await desk.code({ code: "required", unchecked: true });
  expect(list()).toContain("name: true, handle: true }");
  expect(second.text).toContain("compile before you commit");
});

test("edits of both sides of a merge belong to the plan, although plan.json is from one side", async () => {
  await open(files, { phase: "expand" });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: desk.root,
      stdio: "ignore",
    });
  const commit = (message: string) => {
    git("add", "-A");
    git("commit", "--quiet", "-m", message);
  };
  git("init", "--quiet", "-b", "main");
  commit("Expand");
  git("checkout", "-q", "-b", "theirs");
  const card = files["src/users/serializer.ts"].replace("toProfile", "toCard");
  desk.write("src/users/card.ts", card);
  commit("A card");
  await desk.release("switch");
  await desk.code({ code: "likely" });
  expect(isWritten(desk.read("src/users/card.ts"))).toBe(true);
  commit("Theirs");
  git("checkout", "-q", "main");
  await desk.release("switch");
  await desk.code({ code: "likely" });
  commit("Ours");
  expect(() => git("merge", "-q", "theirs")).toThrow();
  git("checkout", "--ours", "lockstep");
  commit("Merged");
  const [first, second] = [await desk.code(), await desk.code()];
  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(desk.plan.state.edits.filter(({ file }) => file === "src/users/card.ts")).toHaveLength(1);
  expect(desk.plan.state.edits.filter(({ file }) => file === "src/users/serializer.ts")).toHaveLength(1);
  await desk.undo({ yes: true });
  expect(desk.read("src/users/card.ts")).toBe(card);
  expect(isWritten(profile())).toBe(false);
});

test.each([
  ["theirs, staged", "--theirs", true],
  ["theirs, not staged", "--theirs", false],
  ["ours, not staged", "--ours", false],
] as const)("files of an unfinished merge are edited: %s", async (_, side, isStaged) => {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: desk.root,
      stdio: "ignore",
    });
  const commit = (message: string) => {
    git("add", "-A");
    git("commit", "--quiet", "-m", message);
  };
  await open(files, { phase: "expand" });
  git("init", "--quiet", "-b", "main");
  const planned = desk.read("src/users/create.ts");
  const late = "export const late = 1;\n";
  desk.write("src/users/create.ts", files["src/users/create.ts"]);
  commit("Before");
  git("checkout", "-q", "-b", "theirs");
  const theirs = files["src/users/create.ts"].replace(`name: ""`, `name: "New"`);
  desk.write("src/users/create.ts", theirs);
  desk.write("src/users/late.ts", theirs.replace("add", "addLate"));
  commit("Theirs");
  git("checkout", "-q", "main");
  desk.write("src/users/create.ts", planned);
  commit("Ours");
  expect(() => git("merge", "-q", "theirs")).toThrow();
  git("checkout", side, "src/users/create.ts");
  if (isStaged) git("add", "src/users/create.ts");
  const result = await desk.code();
  expect(result.text).not.toContain("uncommitted");
  expect(result.exitCode).toBe(0);
  expect(isWritten(desk.read("src/users/create.ts"))).toBe(true);
  expect(isWritten(desk.read("src/users/late.ts"))).toBe(true);
  // A person's own change is not part of the merge.
  desk.write("src/users/late.ts", `${theirs.replace("add", "addLate")}${late}`);
  expect((await desk.code()).text).toContain("the file has uncommitted changes");
});

test("while types are checked for long, stderr says what for and since when", async () => {
  await open();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  try {
    let isOver = false;
    const run = desk.code({ code: "likely" }).finally(() => {
      isOver = true;
    });
    // The process that checks takes its time, whatever the clock of this one says.
    while (!isOver) {
      vi.advanceTimersByTime(1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await run).progress).toMatch(
      /^Checking the types of the chosen edits in \d files: 3 s \(Ctrl-C: nothing is written\)$/m,
    );
  } finally {
    vi.useRealTimers();
  }
});

test("a chosen place in a file with uncommitted changes waits, does not close contract, and is edited later", async () => {
  await open();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: desk.root });
  const card = "export interface Card { email: string; name: string; bio: string; city: string }\n";
  desk.write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { strict: true, moduleResolution: "bundler", module: "esnext" } }),
  );
  desk.write("src/users/card.ts", card);
  const copy = files["src/users/serializer.ts"].replace("toProfile(user: User)", "toCard(user: User): Card");
  desk.write("src/users/to-card.ts", `import type { Card } from "./card";\n${copy}`);
  git("init", "--quiet");
  git("add", "-A");
  git("commit", "--quiet", "-m", "The project");
  desk.write("src/users/serializer.ts", `// work in progress\n${profile()}`);
  desk.write("src/users/card.ts", `// work in progress\n${card}`);
  const first = await desk.code({ code: "likely" });
  expect(isWritten(profile())).toBe(false);
  expect(isWritten(list())).toBe(true);
  // What needs the file that waits would not compile without it.
  expect(desk.read("src/users/to-card.ts")).not.toContain("handle");
  expect(first.exitCode).toBe(0);
  expect(first.json.places).toContainEqual(
    expect.objectContaining({
      file: "src/users/serializer.ts",
      line: 5,
      kind: "likely",
      key: profileKey,
      reason: expect.stringContaining("uncommitted changes"),
    }),
  );
  const sites = await openWriteSites(desk.plan, {
    project: desk.project,
    plugin: prismaPlugin,
    config: { targets: {}, code: { accept: ["src"] } },
  });
  expect(sites.count).toBe(0);
  git("commit", "--quiet", "-a", "-m", "Done");
  await desk.code({ code: "required" });
  expect(isWritten(profile())).toBe(true);
  expect([desk.read("src/users/card.ts"), desk.read("src/users/to-card.ts")].every(isWritten)).toBe(true);
});

describe("what is shown", () => {
  test("--format markdown is a checklist: what was edited is ticked, the rest stands by what it does", async () => {
    await open(files, { isInstalled: false });
    const result = await desk.code({ format: "markdown", only: ["src/users/list.ts:5"], exposure: "exposed" });
    expect(result.text).toMatch(
      /^### Code for `User\.handle`\n\n\*\*Edited:\*\*\n\n- \[x\] `src\/users\/list\.ts:5` .* — `handle: true`\n/,
    );
    expect(result.text).toContain("- [ ] `src/users/serializer.ts:4` toProfile: copy of User — ");
    expect(result.text).toContain("\n\n> Code was read without all types");
    const dry = await desk.code({ format: "markdown", dryRun: true, only: ["src/users/serializer.ts"] });
    expect(dry.text).toContain("**To be edited:**\n\n- [ ] `src/users/serializer.ts:");
    expect(dry.text).not.toContain("[x]");
    expect((await refusal(desk.code({ format: "html" }))).code).toBe("LS8002");
  });

  test("--json has the places with all that is known of them", async () => {
    await open();
    const { json } = await desk.code({ not: [namesKey] });
    expect(json.places).toContainEqual({
      file: "src/users/serializer.ts",
      line: 4,
      range: expect.objectContaining({ start: expect.objectContaining({ line: 4 }) }),
      made: false,
      kind: "likely",
      what: "toProfile: copy of User",
      site: "toProfile",
      owner: { kind: "function", name: "toProfile" },
      reason: expect.stringContaining("holds 4 of 4 columns"),
      model: "User",
      field: "handle",
      key: profileKey,
      family: "mapper",
      purpose: "show",
      text: "handle: user.handle ?? user.email.toLowerCase()",
      score: 8,
      reasons: expect.arrayContaining(["holds 4 of 4 columns"]),
    });
    expect(json.choices).toMatchObject([{ key: namesKey, choice: "no", by: "not" }]);
    expect(json).toMatchObject({ edits: [], silent: 0, exposure: {} });
  });

  test("the README lists likely places to tick off, possible ones shortly, and what was made", async () => {
    await open();
    await desk.code({ only: [listKey] });
    const readme = desk.read("lockstep/20261120093000_add_handle/README.md");
    const code = readme.slice(readme.indexOf("## The code"), readme.indexOf("## Revert"));
    expect(code).toMatchInlineSnapshot(`
      "## The code

      - **expand** 3 edits made: \`src/db.ts\`, \`src/users/create.ts\`
      - **switch** 3 edits made: \`src/db.ts\`, \`src/users/list.ts\`

      **Likely, not edited:**

      - [ ] \`src/users/serializer.ts:4\` toProfile: copy of User — holds 4 of 4 columns, has all 4 other text columns, holds as many columns as any other place: add \`handle: user.handle ?? user.email.toLowerCase()\` if it is shown there

      **Possible:**

      - [ ] \`src/users/list.ts:8\` nameUsers: select of prisma.user.findMany — one of only 3 places that list fields of User

      "
    `);
  });

  test("places with little evidence are a number, and a list with --all", async () => {
    await open({
      ...files,
      "src/person.ts": "export interface Person {\n  id: number;\n  email: string;\n}\n// of a User\n",
    });
    const result = await desk.code();
    expect(result.text).toContain("More places: 1 with little evidence — npx lockstep code --all");
    expect(result.json).toMatchObject({ silent: 1 });
    expect(desk.plan.state.silent).toBe(1);
    const all = await desk.code({ all: true });
    expect(all.text).toMatch(/1 place with little evidence\n {2}src\/person.ts:1 /);
    expect(all.json.leftOut).toMatchObject([{ file: "src/person.ts", line: 1, family: "type", score: 0 }]);
    const asking = await desk.code({}, { pick: exposed, tick: () => [] });
    expect(asking.asked[2]).toBe(
      "Which of these places also need User.handle? 1 more place with little evidence: npx lockstep code --all",
    );
  });

  test("--explain says how a place came to be offered, or why it is not", async () => {
    await open(files, { config: { code: { exclude: ["src/old/**"] } } });
    desk.write("src/old/list.ts", files["src/users/list.ts"]);
    desk.write("src/locales/en.json", "{}");
    desk.write(
      "src/users/mixed.ts",
      `// about User\nexport const order = { total: 1, status: "", name: "", bio: "", note: "" };\nexport const one = {\n  email: "",\n};\n`,
    );
    desk.write(
      "src/users/patch.ts",
      `// of a User\nexport const patch = (body: any) => {\n  const {\n    email,\n    name,\n  } = body;\n  return {\n    ...(email && { email }),\n    ...(name && { name }),\n  };\n};\n`,
    );
    const said = async (explain: string) => (await desk.code({ explain })).text;
    expect(await said("./src/users/list.ts:5")).toMatch(
      /listUsers.*\n {3}\+2 {2}halfOfCore {6}holds 4 of 4 columns\n[\s\S]*likely: ticked unless/,
    );
    expect(await said("src/old/list.ts:5")).toContain("src/old/list.ts is excluded by code.exclude (src/old/**).");
    expect(await said("src/users/mixed.ts:2")).toContain(
      "Order fits it better than User: it names 3 of its fields, and 2 of User's",
    );
    expect(await said("src/users/mixed.ts:4")).toContain(
      "it names only email of User: a place that lists fields names at least 2",
    );
    expect(await said("src/users/mixed.ts:1")).toContain("nothing there lists fields");
    expect(await said("src/users/patch.ts:4")).toContain("it takes 2 fields of User out of a value");
    expect(await said("src/users/patch.ts:8")).toContain("it names 2 fields of User");
    expect(await said("prisma/schema.prisma:3")).toContain("is neither code nor a schema");
    expect(await said("src/locales/en.json:1")).toContain("holds settings, no schema");
    await desk.code({ code: "likely", not: [namesKey] });
    expect(await said("src/users/list.ts:5")).toContain("has User.handle already");
    expect(await said("src/users/list.ts:8")).toContain("chosen: no (not)");
    expect((await refusal(desk.code({ explain: "src/users/list.ts" }))).code).toBe("LS8002");
    for (const none of ["src/users/none.ts:1", "src/users/none.ts"])
      expect((await refusal(desk.code({ explain: none }))).code).toBe("LS4003");
    expect(existsSync(join(desk.root, "src/users/none.ts"))).toBe(false);
  });

  test("--explain in expand names the phase in which a reader is offered", async () => {
    await open(files, { phase: "expand" });
    const { text } = await desk.code({ explain: "src/users/list.ts:5" });
    expect(text).toContain("not in this phase: Lockstep offers it in switch, and the plan is in expand");
  });
});

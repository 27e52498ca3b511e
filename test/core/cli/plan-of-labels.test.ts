import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { openWriteSites } from "../../../core/src/cli/write-sites.js";
import type { Plan } from "../../../core/src/model/index.js";
import { planText, readPlan } from "../../../core/src/plan/plan-file.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { CodeDesk } from "../../support/code-desk.js";

/** A project in switch, as a release left it that knew places by their labels alone. */
const left: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("fixtures/plan-of-labels.json", import.meta.url), "utf8"),
);
const planFile = "lockstep/20261120093000_add_handle/plan.json";

let desk: CodeDesk;
afterEach(() => desk?.close());

const step = { gate: "writers-aware", table: { name: "User" }, column: "handle" } as const;
const sites = () => openWriteSites(desk.plan, { project: desk.project, plugin: prismaPlugin, config: { targets: {} } });

test("edits get what they are known by from their labels", () => {
  const { edits } = readPlan(left[planFile] ?? "", planFile).state;
  expect(edits.map(({ owner, role }) => [owner?.name, role])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    ["addUser", undefined],
    [undefined, undefined],
    [undefined, undefined],
    ["UserDto", undefined],
    ["toDto", "pattern"],
    ["toDto", undefined],
  ]);
});

test("what was declined and refused then is so today", async () => {
  desk = CodeDesk.take(left);
  expect((await sites()).writersOf(step)).toContainEqual(expect.objectContaining({ file: "src/other.ts", line: 3 }));
  await desk.code({ code: "likely" });
  expect(desk.read("src/users.ts")).toBe(left["src/users.ts"]);
  expect(desk.choices).toMatchObject({ "select:src/users.ts#listUsers: select of prisma.user.findMany": "no not" });
});

test("the undo takes the edits back, in functions of other names as well", async () => {
  desk = CodeDesk.take(left);
  desk.write("src/show.ts", desk.read("src/show.ts").replaceAll("toDto", "present").replaceAll("UserDto", "Shown"));
  await desk.undo({ yes: true });
  expect(desk.read("src/show.ts")).not.toContain("handle");
  expect(desk.plan.state.places.filter(({ file }) => file === "src/show.ts")).toEqual([]);
});

/** A plan of today whose words are those of another release. */
function reworded(plan: Plan): Plan {
  const words = { what: "in other words" };
  const { edits, places, declined = [], choices = [] } = plan.state;
  const state = {
    ...plan.state,
    edits: edits.map((each) => ({ ...each, ...words })),
    places: places.map((each) => ({ ...each, ...words, reason: "for another reason" })),
    declined: declined.map((each) => ({ ...each, ...words })),
    choices: choices.map((each) => ({ ...each, key: each.key.replace(/#.*/, "#in other words") })),
  };
  return { ...plan, state };
}

test("in a plan of today no label is read", async () => {
  const { [planFile]: _, ...files } = left;
  desk = await CodeDesk.open({ ...sources(files) }, { phase: "expand" });
  await desk.code({ code: "required", not: ["src/other.ts:3"], reason: "it writes to the old MySQL server" });
  await desk.release("switch");
  const select =
    desk
      .read("src/users.ts")
      .split("\n")
      .findIndex((line) => line.includes("select:")) + 1;
  await desk.code({ code: "likely", not: [`src/users.ts:${select}`], exposure: "exposed" });
  const [users, before] = [desk.read("src/users.ts"), desk.read("src/show.ts")];
  desk.write(planFile, planText(reworded(desk.plan)));
  expect((await sites()).writersOf(step)).toContainEqual(expect.objectContaining({ file: "src/other.ts", line: 3 }));
  await desk.code({ code: "likely" });
  expect(desk.read("src/users.ts")).toBe(users);
  expect(desk.read("src/show.ts")).toBe(before);
  desk.write(planFile, planText(reworded(desk.plan)));
  await desk.undo({ yes: true });
  expect(desk.read("src/show.ts")).not.toContain("handle");
});

/** What people had written: without the plan and what it made. */
function sources(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files)
      .filter(([file]) => file.startsWith("src/") || file === "prisma/schema.prisma")
      .map(([file, text]) => [
        file,
        text
          .replace(/^ {2}handle: string;\n/m, "")
          .replace("name, handle }", "name }")
          .replace(/, handle: handle [^}]*(?= })/, "")
          .replace(/,\n {2}handle: .*/, "")
          .replace(/^ {2}handle .*\n/m, ""),
      ]),
  );
}

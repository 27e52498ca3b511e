import { expect, test } from "vitest";
import type { Plan } from "../../../core/src/model/index.js";
import { followFunctions, followNames, type NamedColumn } from "../../../core/src/plan/follow-names.js";
import { planOf } from "../../support/plan-fixture.js";

// Fields and models that are renamed while their plan is open.

const column = (model: string, field: string, name = "handle", table = "User"): NamedColumn => ({
  model,
  field,
  table: { name: table },
  name,
});

test.each<[string, readonly NamedColumn[], string]>([
  ["nothing", [column("User", "handle")], "User.handle"],
  ["the field", [column("User", "slug")], "User.slug"],
  ["the field, and another has its old name", [column("User", "slug"), column("User", "handle", "h2")], "User.slug"],
  ["the model", [column("Member", "handle")], "Member.handle"],
  ["both", [column("Member", "slug")], "Member.slug"],
  ["the model, of several on the table", [column("Admin", "h"), column("Member", "handle")], "Member.handle"],
  ["both, of several on the table", [column("Admin", "slug"), column("Member", "slug")], "User.handle"],
  ["the table", [column("Member", "handle", "handle", "Member")], "User.handle"],
  ["a relation, by the path of its key", [column("User", "handle.id")], "User.handle"],
])("renamed: %s", async (_name, declared, expected) => {
  const plan = await planOf();
  const followed = followNames(plan, declared);
  const [model, field] = expected.split(".");
  expect(followed.columns).toMatchObject([{ model, field, name: "handle", table: { name: "User" } }]);
  expect(followed.intents.expand[0]).toMatchObject({ model, field });
  expect(followed === plan).toBe(expected === "User.handle");
});

test("what the plan keeps of model and code follows as an editor renames", async () => {
  const plan = await planOf();
  const edit = {
    transform: "t",
    phase: "expand",
    file: "src/a.ts",
    line: 1,
    what: "a",
    model: "User",
    field: "handle",
  };
  const texts = [
    "handle: handle.trim()",
    "a.handle ?? lower(a.email)",
    'user: { handle: true, "handle": 1 }',
    "userId",
  ];
  const before = {
    ...plan,
    originalModels: [
      { file: "a.ts", model: "User", text: 'class User {\n  // handle\n  @Column("handle") handle!: User;\n}' },
    ],
    state: { ...plan.state, edits: texts.map((text) => ({ ...edit, text })) },
  } as Plan;
  const { originalModels, state } = followNames(before, [column("Member", "slug")]);
  expect(originalModels[0]).toMatchObject({
    model: "Member",
    text: 'class Member {\n  // handle\n  @Column("handle") slug!: Member;\n}',
  });
  expect(state.edits.map(({ text }) => text)).toEqual([
    "slug: handle.trim()",
    "a.slug ?? lower(a.email)",
    'member: { slug: true, "handle": 1 }',
    "userId",
  ]);
});

test("a function of the configuration is found by either name", async () => {
  const plan = await planOf();
  const compute = { name: "User.handle", reads: [], source: "lockstep.config.ts" };
  const before = { ...plan, columns: plan.columns.map((each) => ({ ...each, compute })) } as Plan;
  const fill = { reads: [], fill: () => [], fallback: undefined };
  const after = followNames(before, [column("Member", "slug")]);
  for (const name of ["User.handle", "Member.slug"])
    expect(followFunctions(after, new Map([[name, fill]])).get("User.handle")).toBe(fill);
  expect(followFunctions(before, new Map([["Member.slug", fill]])).has("User.handle")).toBe(false);
});

test("a unique constraint that stays until contract", async () => {
  const unique = { table: { name: "User" }, model: "User", fields: ["teamId", "no"], selector: "teamId_no" };
  const before = {
    ...(await planOf()),
    keptUniques: [
      { ...unique, index: { name: "u", columns: ["teamId", "no"] }, attribute: '@Unique("u", ["teamId", "no"])' },
    ],
  } as unknown as Plan;
  const declared = [column("User", "handle"), column("User", "team", "teamId"), column("User", "no", "no")];
  expect(followNames(before, declared).keptUniques).toMatchObject([
    { model: "User", fields: ["team", "no"], selector: "team_no", attribute: '@Unique("u", ["team", "no"])' },
  ]);
});

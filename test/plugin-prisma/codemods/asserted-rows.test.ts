import { expect, test } from "vitest";
import { questionsIn } from "../../../core/src/code/run/survey.js";
import { apply, type Column, editFor, field, readRequest, single } from "./phases.js";

const file = "src/users.test.ts";
const optional: Column = { added: field("handle", { isOptional: true }), value: { kind: "none" }, staysOptional: true };
const withDefault: Column = {
  added: field("region", { defaultValue: "eu", hasDefault: true }),
  value: { kind: "none" },
};

function code(asserted: string, before = ""): string {
  return [
    'import { PrismaClient } from "@prisma/client";',
    'import { expect, test, vi } from "vitest";',
    "const prisma = new PrismaClient();",
    'test("a user", async () => {',
    `  ${before}`,
    `  expect(await prisma.user.findFirst()).toEqual(${asserted});`,
    "});",
    "",
  ].join("\n");
}

const row = 'id: 1, email: "ada@example.com", name: "Ada", createdAt: at, updatedAt: at';

test.each([
  { name: "null of a column that stays optional", column: optional, text: "handle: null" },
  { name: "the default", column: withDefault, text: 'region: "eu"' },
  {
    name: "what the test itself writes, where that is the same",
    column: optional,
    before: "const other = { handle: null };",
    text: "handle: null",
  },
  { name: "four of five columns", column: {}, asserted: row.replace("id: 1, ", ""), text: 'handle: "ada@example.com"' },
])("$name", async ({ column, before, asserted = row, text }) => {
  const files = single(code(`{ ${asserted} }`, before), file);
  const result = await editFor("switch", files, [], column);
  expect(apply(files, result)[0]?.text).toBe(code(`{ ${asserted}, ${text} }`, before));
});

test("a value that the test sets to something else is a person's", async () => {
  const files = single(code(`{ ${row} }`, 'await save({ id: 1, handle: "ada" });'), file);
  const { changes, places } = await editFor("switch", files, [], optional);
  expect(changes).toEqual([]);
  expect(places).toMatchObject([{ kind: "required", line: 6, what: "asserted User" }]);
});

test.each([
  { name: "in a file with mocks", before: "vi.spyOn(prisma.user, 'findFirst');", caution: /mock/ },
  { name: "of what nothing is known", actual: "(await get('/users/1')).body", caution: undefined },
])("a row $name is ranked", async ({ before, actual, caution }) => {
  const text = code(`{ ${row} }`, before).replace("await prisma.user.findFirst()", actual ?? "$&");
  expect((await editFor("switch", single(text, file), [], {})).changes).toEqual([]);
  const [question] = await questionsIn(readRequest(single(text, file)));
  const [candidate] = question?.ranked.map((each) => each.candidate) ?? [];
  expect(candidate).toMatchObject({ family: "mapper", text: 'handle: "ada@example.com"' });
  if (caution === undefined) expect(candidate?.caution).toBeUndefined();
  else expect(candidate?.caution).toMatch(caution);
});

test.each([
  { name: "two columns", asserted: 'email: "ada@example.com", name: "Ada"' },
  { name: "a spread", asserted: `...user, ${row}` },
])("$name: no place", async ({ asserted }) => {
  const files = single(code(`{ ${asserted} }`), file);
  const { changes, places, silent } = await editFor("switch", files, []);
  expect({ changes, places, silent }).toEqual({ changes: [], places: [], silent: 0 });
});

test("outside of tests nothing is asserted", async () => {
  const { changes, places } = await editFor("switch", single(code(`{ ${row} }`), "src/check.ts"), []);
  expect({ changes, places }).toEqual({ changes: [], places: [] });
});

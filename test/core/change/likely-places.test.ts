import { afterEach, expect, test } from "vitest";
import { likelyPlaces } from "../../../core/src/change/after/likely-places.js";
import { namedColumns } from "../../../core/src/plan/follow-names.js";
import { likelyPlacesText, placesOfText } from "../../../core/src/review/column-places.js";
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
  alias String?
}
`;
const copy = (...fields: readonly string[]) =>
  `import type { User } from "./generated/client";\n\nexport const view = (user: User) => ({ ${fields.map((field) => `${field}: user.${field}`).join(", ")} });\n`;

let desk: CodeDesk;
afterEach(() => desk?.close());

test.each([
  ["a copy of the whole model", { "src/view.ts": copy("email", "name", "bio", "city") }, 1],
  [
    "two of them",
    { "src/view.ts": copy("email", "name", "bio", "city"), "src/list.ts": copy("email", "name", "bio", "city") },
    2,
  ],
  ["one that has the column", { "src/view.ts": copy("email", "name", "bio", "city", "alias") }, 0],
  ["a copy of one column", { "src/view.ts": copy("name") }, 0],
  ["no code", {}, 0],
])("how many places are likely: %s", async (_, files, expected) => {
  desk = CodeDesk.take({ "prisma/schema.prisma": schema, ...files });
  const models = await desk.plugin.readModels(desk.project);
  const columns = namedColumns(models).filter(({ field }) => field === "alias");
  expect(await likelyPlaces(columns, models, desk.project, desk.plugin)).toBe(expected);
});

test("the words of the line", () => {
  const column = (field: string) => ({ model: "User", field, table: { name: "User" }, name: field });
  expect(likelyPlacesText(1, [column("alias")])).toBe(
    "Lockstep: 1 place in the code may need User.alias: npx lockstep code User.alias",
  );
  expect(likelyPlacesText(5, [column("alias"), column("nick")])).toBe(
    "Lockstep: 5 places in the code may need User.alias, User.nick: npx lockstep code User.alias,User.nick",
  );
  expect(placesOfText([column("alias")])).toBe(
    "Lockstep: npx lockstep code User.alias lists the places in your code that name User's columns",
  );
});

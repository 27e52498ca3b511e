import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CodeDesk } from "../../support/code-desk.js";

// The next command of `--explain` does something for the place, or names what a person has to do.

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
}
`;
const columns = `{ email: user.email, name: user.name, bio: user.bio, city: user.city }`;
const files = {
  "prisma/schema.prisma": schema,
  "src/db.ts": `import { PrismaClient } from "./generated/client";
export const prisma = new PrismaClient();
`,
  "src/rows.ts": `import { prisma } from "./db";

export const raw = () => prisma.$queryRawUnsafe(\`SELECT "id", "email", "name", "bio", "city" FROM "User"\`);
export const pass = (data: any) => prisma.user.create({ data });
export const add = (email: string) => prisma.user.create({ data: { id: 1, email, name: "", bio: "", city: "" } });
`,
  "src/[id]/views.ts": `import type { User } from "../generated/client";
import type { Foreign } from "foreign";

export const toProfile = (user: User) => (${columns});
export const toForeign = (user: User): Foreign => (${columns});
export const names = ["email", "name", "bio"];
export const count = 1;
`,
  "src/dto.ts": `export class UserDto { email!: string; name!: string; bio!: string; city!: string; }
`,
};

const yourself = (at: string) => `Edit ${at} yourself if it needs the column.`;

describe.each([
  {
    phase: "expand" as const,
    places: [
      ["has the column", "src/rows.ts:5", "npx lockstep code"],
      ["built elsewhere", "src/rows.ts:4", yourself("src/rows.ts:4")],
      ["of a later phase", "src/[id]/views.ts:4", "npx lockstep code"],
      ["a request", "src/dto.ts:1", "npx lockstep code --only src/dto.ts:1"],
    ],
  },
  {
    phase: "switch" as const,
    places: [
      ["SQL", "src/rows.ts:3", yourself("src/rows.ts:3")],
      ["a copy", "src/[id]/views.ts:4", "npx lockstep code --only 'src/[id]/views.ts:4'"],
      ["a copy whose type is foreign", "src/[id]/views.ts:5", yourself("src/[id]/views.ts:5")],
      ["a list of names", "src/[id]/views.ts:6", "npx lockstep code --only 'src/[id]/views.ts:6'"],
      ["no place", "src/[id]/views.ts:7", "npx lockstep code"],
    ],
  },
])("$phase", ({ phase, places }) => {
  let desk: CodeDesk;
  beforeAll(async () => {
    desk = await CodeDesk.open(files, { phase });
  });
  afterAll(() => desk?.close());

  test.each(places)("%s", async (_, at = "", next) => {
    const { text } = await desk.code({ explain: at });
    expect(text.split("\nNext   ")[1]).toBe(next);
    if (!text.includes("--only")) return;
    const { json } = await desk.code({ only: [at], dryRun: true });
    expect(json.edits).toMatchObject([{ file: at.split(":")[0] }]);
  });
});

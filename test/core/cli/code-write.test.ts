import { afterEach, expect, test } from "vitest";
import { CodeDesk } from "../../support/code-desk.js";

const files = {
  "prisma/schema.prisma": `datasource db {
  provider = "postgresql"
}

model User {
  id Int @id
  email String @default(uuid())
  name String
}
`,
  "src/users.ts": `import { PrismaClient } from "./generated/client";
export const prisma = new PrismaClient();

export const addUser = (name: string) => prisma.user.create({ data: { id: 1, name } });
`,
};

let desk: CodeDesk;
afterEach(() => desk?.close());

const annotate = (write: string) =>
  desk.write(
    "prisma/schema.prisma",
    desk
      .read("prisma/schema.prisma")
      .replace(/(?: {2}\/\/\/.*\n)? {2}handle/, `  /// @lockstep.write(${write})\n  handle`),
  );

test("a value from a generated column is explained, and @lockstep.write that is added later gives another one", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  expect((await desk.code({ code: "required" })).text).toContain(
    "add `handle: …`: it is computed from email, which gets its value during the insert. From contract on, code must set it: set email in the row too",
  );
  annotate("slugOf(name)");
  expect((await desk.code({ code: "required" })).text).toContain(
    "add `handle: slugOf(name)`: the file does not import a name of it. Import it, then: npx lockstep code User.handle",
  );
  annotate("name.toLowerCase()");
  expect((await desk.code({ code: "required" })).exitCode).toBe(0);
  expect(desk.read("src/users.ts")).toContain("handle: name.toLowerCase()");
});

test("contract removes the annotation that was added later, an undo of it restores it, and forward again it counts", async () => {
  desk = await CodeDesk.open(files, { phase: "expand" });
  annotate("name");
  await desk.code({ code: "required" });
  await desk.release("switch");
  const annotated = desk.read("prisma/schema.prisma");
  await desk.release("contract");
  expect(desk.read("prisma/schema.prisma")).not.toContain("@lockstep");
  expect(desk.read("src/users.ts")).toContain("handle: name");
  await desk.undo();
  expect(desk.read("prisma/schema.prisma")).toBe(annotated);
  expect(desk.plan.state).not.toHaveProperty("annotations");
  await desk.undo();
  expect(desk.read("prisma/schema.prisma")).toBe(annotated);
  desk.write("src/more.ts", desk.read("src/users.ts").replaceAll("handle: name, ", "").replace(", handle: name", ""));
  await desk.release("switch");
  expect(desk.read("src/more.ts")).toContain("handle: name");
  await desk.release("contract");
  expect(desk.read("prisma/schema.prisma")).not.toContain("@lockstep");
  await desk.undo();
  await desk.undo();
  // The undo of contract may not have run yet.
  const { text } = await desk.undo({ yes: true });
  expect(text).toContain(": the plan is undone in the repository. The values in ");
  expect(text).toMatch(/where contract is live: makes "User"."handle" optional, then stops; or .*_undo_contract/);
});

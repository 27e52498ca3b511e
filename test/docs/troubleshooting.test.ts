import { afterEach, expect, test } from "vitest";
import { addField } from "../support/shop-project.js";
import { prismaApp } from "./apps.js";
import { follow } from "./follow.js";
import { createProject, type Project } from "./project.js";

// The commands that the page advises, typed in its order in a project with a plan whose first phase is not deployed yet.

let project: Project | undefined;
afterEach(() => project?.dispose());

test("troubleshooting.md", async () => {
  const made = await createProject({
    ...prismaApp,
    before: ["npx @lockstep/prisma init --yes"],
  });
  project = made;
  const schema = "prisma/schema.prisma";
  const lines = ["/// @lockstep.backfill(lower(email))", "handle String @unique"];
  made.write(schema, addField(made.read(schema), "User", lines));
  expect(await made.type("npx prisma migrate dev --name handle")).toContain("1 expand");
  await made.type("git add -A && git commit -qm 'Add User.handle: expand'");

  let report: (() => Promise<void>) | undefined;
  let deployments = 0;
  await follow("troubleshooting.md", async (chapter) => {
    await report?.();
    // A report reads the table while the chapter's first command is typed.
    const isBlocked = chapter.startsWith("The deployment waits") && deployments++ === 0;
    report = isBlocked ? await made.hold("PRODUCTION_DATABASE_URL", `SELECT count(*) FROM "User"`) : undefined;
    return made;
  });
  expect(deployments).toBe(2);
}, 900_000);

import { afterEach, expect, test } from "vitest";
import { prismaOf } from "./prisma-app.js";
import { createRepository, type Repository } from "./repository.js";
import { npmOverrides, schemaFileOf } from "./shapes.js";
import { walk } from "./walk.js";

let app: Repository | undefined;
afterEach(() => app?.dispose());

// One of the repositories of prisma.test.ts and typeorm.test.ts, as far as the first phase.
test(`${npmOverrides.name}: init, a safe change and expand`, async () => {
  app = await createRepository(npmOverrides);
  await walk(app, prismaOf(app, schemaFileOf(npmOverrides)), "expand");
  // The command of the published package starts, and what it says of itself is what was installed.
  expect((await app.run("lockstep --version")).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
}, 900_000);

import { afterEach, describe, test } from "vitest";
import { isNightly } from "../support/nightly.js";
import { prisma6Shapes } from "./prisma-6-shapes.js";
import { prismaOf } from "./prisma-app.js";
import { createRepository, type Repository } from "./repository.js";
import { schemaFileOf } from "./shapes.js";
import { walk } from "./walk.js";

let app: Repository | undefined;
afterEach(() => app?.dispose());

const shapes = prisma6Shapes.filter((shape) => isNightly || !shape.isNightly);

describe.each(shapes.map((shape) => [shape.name, shape] as const))("%s", (_, shape) => {
  test("a column goes through its phases, and the repository's own tools stay content", async () => {
    app = await createRepository(shape);
    await walk(app, prismaOf(app, schemaFileOf(shape)), isNightly ? "all" : shape.depth);
  }, 1_200_000);
});

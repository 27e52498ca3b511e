import { afterEach, describe, test } from "vitest";
import { isNightly } from "../support/nightly.js";
import { prismaOf } from "./prisma-app.js";
import { createRepository, type Repository } from "./repository.js";
import { prismaShapes, schemaFileOf } from "./shapes.js";
import { walk } from "./walk.js";

let app: Repository | undefined;
afterEach(() => app?.dispose());

const shapes = prismaShapes.filter((shape) => isNightly || !shape.isNightly);

describe.each(shapes.map((shape) => [shape.name, shape] as const))("%s", (_, shape) => {
  test("a column goes through its phases, and the repository's own tools stay content", async () => {
    app = await createRepository(shape);
    await walk(app, prismaOf(app, schemaFileOf(shape)), isNightly ? "all" : shape.depth);
  }, 1_200_000);
});

import { afterEach, describe, test } from "vitest";
import { isNightly } from "../support/nightly.js";
import { createRepository, type Repository } from "./repository.js";
import { typeormShapes } from "./shapes.js";
import { typeormOf } from "./typeorm-app.js";
import { walk } from "./walk.js";

let app: Repository | undefined;
afterEach(() => app?.dispose());

const shapes = typeormShapes.filter((shape) => isNightly || !shape.isNightly);

describe.each(shapes.map((shape) => [shape.name, shape] as const))("%s", (_, shape) => {
  test("a column goes through all phases, and the repository's own tools stay content", async () => {
    app = await createRepository(shape);
    await walk(app, typeormOf(app, "src/entities/user.ts", shape.migrations), isNightly ? "all" : shape.depth);
  }, 1_200_000);
});

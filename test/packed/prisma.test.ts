import { afterEach, describe, expect, test } from "vitest";
import { prismaOf } from "./prisma-app.js";
import { createRepository, type Repository } from "./repository.js";
import { prismaShapes } from "./shapes.js";
import { walk } from "./walk.js";

let app: Repository | undefined;
afterEach(() => app?.dispose());

describe.each(prismaShapes)("$name", (shape) => {
  test("a column goes through all phases, and the repository's own tools stay content", async () => {
    app = await createRepository(shape);
    const schema = Object.keys(shape.files).find((file) => /model User /.test(shape.files[file] ?? ""));
    expect(schema).toBeDefined();
    await walk(app, prismaOf(app, schema ?? ""));
  });
});

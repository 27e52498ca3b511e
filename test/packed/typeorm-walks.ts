import { afterEach, describe, test } from "vitest";
import { isNightly } from "../support/nightly.js";
import { createRepository, type Repository } from "./repository.js";
import { typeormOf, writtenByHand } from "./typeorm-app.js";
import type { TypeormShape } from "./typeorm-shapes.js";
import { walk } from "./walk.js";

/** The walks of repositories with TypeORM, as tests. */
export function testWalks(shapes: readonly TypeormShape[]): void {
  let app: Repository | undefined;
  afterEach(() => app?.dispose());
  const walked = shapes.filter((shape) => isNightly || !shape.isNightly);

  describe.each(walked.map((shape) => [shape.name, shape] as const))("%s", (_, shape) => {
    test("a column goes through all phases, and the repository's own tools stay content", async () => {
      app = await createRepository(shape);
      const orm = (shape.isByHand ? writtenByHand : typeormOf)(app, "src/entities/user.ts", shape.migrations);
      await walk(app, orm, isNightly ? "all" : shape.depth);
    }, 1_200_000);
  });
}

import { describe, expect, it } from "vitest";
import { className, migrationName, migrationPath, stamps } from "../../../plugin-typeorm/src/migrations/names.js";

describe("names of migrations", () => {
  const moment = new Date(1763648123456);

  it("are a millisecond apart, after every migration that exists", () => {
    expect(stamps(moment, ["1763648000000-Base"], 2)).toEqual(["1763648123456", "1763648123457"]);
    expect(stamps(moment, ["1763648123456-AddHandle", "1763648123457-AddHandleCreateIndex"], 1)).toEqual([
      "1763648123458",
    ]);
    expect(stamps(moment, ["AheadOfTheClock1863648000000", "no-stamp"], 1)).toEqual(["1863648000001"]);
  });

  it.each([
    [
      "1763648123456-AddHandle",
      "create-index",
      "1763648123457-AddHandleCreateIndex",
      "AddHandleCreateIndex1763648123457",
    ],
    ["1763648123456-add_the-handle", "prove", "1763648123457-AddTheHandleProve", "AddTheHandleProve1763648123457"],
    ["1763648123456-v2.1 handles", "enforce", "1763648123457-V21HandlesEnforce", "V21HandlesEnforce1763648123457"],
  ])("%s, %s", (id, slug, name, identifier) => {
    expect(migrationName({ id }, "1763648123457", slug)).toBe(name);
    expect(className(name)).toBe(identifier);
  });

  it("of classes are those that TypeORM gives", () => {
    expect(className("1763648123456-AddHandle")).toBe("AddHandle1763648123456");
    expect(className("1763648123456-add-handle")).toBe("AddHandle1763648123456");
    expect(className("1763648123456-2fa")).toBe("_2fa1763648123456");
  });

  it("of files end in the project's language", () => {
    const project = { migrationsFolder: "src/migrations", flavour: { language: "js", module: "esm" } } as const;
    expect(migrationPath(project, "1763648123456-AddHandle")).toBe("src/migrations/1763648123456-AddHandle.js");
  });
});

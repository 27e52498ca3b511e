import { expect, test } from "vitest";
import { chooseTargets, targetsToShow } from "../../../core/src/cli/targets.js";
import type { LockstepConfig } from "../../../core/src/config/schema.js";
import type { DialectId } from "../../../core/src/model/dialect.js";
import type { Project } from "../../../core/src/plugin/plugin.js";

const config = { targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } } as unknown as LockstepConfig;
const choose = (dialect: DialectId, url: string) =>
  chooseTargets(config, { dialect } as Project, { env: { PRODUCTION_DATABASE_URL: url } }, undefined, false);

test.each([
  ["postgresql", "postgres://db/shop"],
  ["postgresql", "postgresql://db/shop"],
  ["postgresql", "prisma+postgres://db"],
  ["mysql", "mysql://db/shop"],
  ["mariadb", "mysql://db/shop"],
  ["mysql", "mariadb://db/shop"],
] as const)("a project of %s takes %s", async (dialect, url) => {
  expect(await choose(dialect, url)).toEqual([{ name: "production", url }]);
});

test.each([
  ["postgresql", "mysql://db/shop", "postgresql://"],
  ["mariadb", "postgres://u:secret@db/shop", "mysql://"],
] as const)("a project of %s does not take %s", async (dialect, url, begin) => {
  await expect(choose(dialect, url)).rejects.toThrow(
    expect.objectContaining({ code: "LS8004", hint: `Set PRODUCTION_DATABASE_URL to a URL that starts with ${begin}` }),
  );
});

test("what is shown of targets without a URL is the error of each, and an unknown name still fails", async () => {
  const many = { targets: { production: { urlFrom: "A" }, staging: { urlFrom: "B" } } } as unknown as LockstepConfig;
  const show = (name?: string) =>
    targetsToShow(many, { dialect: "postgresql" }, { env: { B: "postgres://db/shop" } }, name);
  expect(await show()).toMatchObject({
    targets: [{ name: "staging" }],
    unset: [{ name: "production", error: { code: "LS8003" } }],
  });
  await expect(show("none")).rejects.toThrow(expect.objectContaining({ code: "LS8006" }));
});

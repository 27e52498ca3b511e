/** A project that installs the tarballs themselves, as the README says, while no registry has the packages. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { tarballs } from "../support/published.js";
import { run } from "../support/run.js";
import { managers } from "./managers.js";

const { tarballSettings } = await import(new URL("../../scripts/from-tarballs.mjs", import.meta.url).href);

test.each(["npm", "pnpm", "yarn 1", "yarn 4"] as const)(
  "the tarballs install with %s",
  async (id) => {
    const { "@lockstep/core": core = "", "@lockstep/typeorm": typeorm = "", ...others } = tarballs();
    const version = /-(\d[^-]*)\.tgz$/.exec(core)?.[1] ?? "";
    const settings = tarballSettings(dirname(core), version);
    const manager = managers[id];
    const root = mkdtempSync(join(tmpdir(), "lockstep-tarballs-"));
    try {
      const manifest = {
        private: true,
        dependencies: { typeorm: "1.1.1", "@lockstep/typeorm-wrapper": `file:${others["@lockstep/typeorm-wrapper"]}` },
        devDependencies: { "@lockstep/core": `file:${core}`, "@lockstep/typeorm": `file:${typeorm}` },
        ...(id.startsWith("yarn") ? settings["package.json"] : {}),
      };
      writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
      if (id === "pnpm") writeFileSync(join(root, "pnpm-workspace.yaml"), settings["pnpm-workspace.yaml"]);
      if (id === "yarn 4") writeFileSync(join(root, "yarn.lock"), "");
      if (id === "yarn 4") writeFileSync(join(root, ".yarnrc.yml"), "nodeLinker: node-modules\n");
      const installed = await run("sh", ["-c", manager.install], { cwd: root, env: manager.env });
      expect(installed.code, installed.output).toBe(0);
      const said = await run("sh", ["-c", `${manager.typed} lockstep --version`], { cwd: root, env: manager.env });
      expect(said.output).toContain(`@lockstep/typeorm ${version}`);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
  300_000,
);

import { afterEach, describe, expect, test } from "vitest";
import { isOnMysql } from "../support/mariadb.js";
import { filesIn, type KeptPhase, type KeptProject, keptProjects, keptReleases, readKept } from "./kept.js";
import { filesOf, putFiles } from "./project-files.js";
import { confirmed, type Project, projects } from "./projects.js";

// A plan that an earlier release began comes to its end with this one, and goes back, on real databases with the stock commands.

// The plans are MariaDB's: a MySQL in its place cannot run them.
const hasMariadb = Boolean(process.env.LOCKSTEP_TEST_MARIADB) && !isOnMysql;
const kept = keptReleases().flatMap((release) =>
  keptProjects(release)
    .filter((name) => hasMariadb || !name.endsWith("-mariadb"))
    .map((name) => ({ release, name })),
);

let project: Project;
afterEach(() => project?.close());

describe.each(kept)("$name of $release", ({ release, name }) => {
  const files = (phase: KeptPhase) => filesIn(readKept<KeptProject>(release, name), phase);
  const modelFile = name.startsWith("prisma") ? "prisma/schema.prisma" : "src/entities/user.ts";
  const lockstep = async (...args: readonly string[]) => {
    const { code, output } = await project.lockstep(...args);
    expect(code, output).toBe(0);
    return output;
  };

  test("goes on from expand to the end, and back from there to nothing", async () => {
    project = await projects[name]!();
    const { root } = project;
    putFiles(root, files("expand"));
    await project.commit("As it was left");
    await project.apply("production");
    expect(await lockstep("plan")).toContain("Released so far: expand.");
    await lockstep("backfill", "run");
    await lockstep("next");
    expect(filesOf(root)[modelFile]).toBe(files("switch")[modelFile]);
    await project.commit("switch");
    await lockstep("next", ...confirmed);
    expect(filesOf(root)[modelFile]).toBe(files("contract")[modelFile]);
    await project.commit("contract");
    await project.apply("production");
    expect(JSON.parse(await lockstep("status", "--json"))).toMatchObject({
      plans: [{ released: "contract", isDone: true }],
    });

    // As an earlier release left it at its end.
    putFiles(root, files("contract"));
    await project.commit("As it was left at the end");
    for (const phase of ["contract", "switch", "expand"]) {
      await lockstep("undo", "--yes");
      await project.commit(`Without ${phase}`);
      await project.apply("production");
    }
    expect(filesOf(root)[modelFile]).toBe(files("undone")[modelFile]);
  });
});

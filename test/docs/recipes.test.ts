import { afterEach, expect, test } from "vitest";
import { follow } from "./follow.js";
import { createProject, type Project } from "./project.js";
import { recipes } from "./recipes.js";

// Each recipe is typed as it stands there, in a small project of its shape.

const projects = new Map<string, Project>();
afterEach(async () => {
  await Promise.all([...projects.values()].map((project) => project.dispose()));
});

test("recipes.md", async () => {
  await follow("recipes.md", async (chapter) => {
    const known = projects.get(chapter);
    if (known !== undefined) return known;
    const app = recipes[chapter];
    if (app === undefined) throw new Error(`no project for "${chapter}"`);
    const made = await createProject(app);
    projects.set(chapter, made);
    return made;
  });
  expect([...projects.keys()]).toEqual(Object.keys(recipes));
}, 900_000);

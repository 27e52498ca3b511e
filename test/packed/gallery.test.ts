import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type Case, readCases, schemasOf } from "../support/gallery/case.js";
import { linkModules } from "../support/generated-clients.js";
import { installClient } from "../support/installed-client.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import { publishedModules } from "../support/published.js";

// Bundling must change nothing: in every Prisma project of the gallery the published packages answer what the unbundled build answers.
// Of TypeORM projects a data source would have to load; the scenarios have such projects.

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lockstep-packed-gallery-"));
const published = new LockstepCommands(folder);
const built = new LockstepCommands(folder, undefined, undefined, modules);
afterAll(() => {
  published.close();
  built.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Documents of every format that code edits read, with the columns that the model had before. */
const documents: Readonly<Record<string, (model: string, columns: readonly string[]) => string>> = {
  "api/openapi.yaml": (model, columns) =>
    `openapi: 3.0.0
components:
  schemas:
    ${model}:
      type: object
      properties:
${columns.map((name) => `        ${name}: { type: string }\n`).join("")}`,
  "api/schema.json": (model, columns) => {
    const properties = Object.fromEntries(columns.map((name) => [name, { type: "string" }]));
    return JSON.stringify({ $defs: { [model]: { type: "object", properties } } }, null, 2);
  },
  "api/schema.graphql": (model, columns) =>
    `type ${model} {\n${columns.map((name) => `  ${name}: String\n`).join("")}}\n`,
};

/** The scalar columns of a model, as its schema declares them; without the new one. */
function columnsOf({ input, model, field, otherClients = {} }: Case): readonly string[] {
  const schemas = input.filter(({ file }) => file.endsWith(".prisma") && otherClients[file] === undefined);
  const texts = schemas.map(({ text }) => text);
  const body = texts.flatMap((text) => new RegExp(`^model ${model} \\{([^}]*)`, "m").exec(text)?.[1] ?? []).join("");
  const scalar = /^\s+(\w+)\s+(?:String|Int|DateTime|Boolean|Float|Decimal|BigInt)\b/gm;
  return [...body.matchAll(scalar)].map(([, name = ""]) => name).filter((name) => name !== field);
}

/** The input of a case with what makes it a project of its ORM, its client included: users have types. */
async function projectOf(about: Case): Promise<string> {
  const { name, input, model, otherClients = {} } = about;
  const root = join(folder, name);
  const write = (file: string, text: string) => {
    if (existsSync(join(root, file))) return;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const { file, text } of input) write(file, text);
  for (const [file, textOf] of Object.entries(documents)) write(file, textOf(model, columnsOf(about)));
  write("package.json", JSON.stringify({ name, private: true }));
  const [schema = "", ...others] = input
    .map(({ file }) => file)
    .filter((file) => file.endsWith(".prisma") && otherClients[file] === undefined);
  const path = others.length === 0 ? schema : dirname(schema);
  write("prisma.config.ts", `export default { schema: ${JSON.stringify(path)} };\n`);
  if (about.types === false) symlinkSync(publishedModules(), join(root, "node_modules"));
  else {
    linkModules(publishedModules(), root);
    for (const each of schemasOf(about)) await installClient(root, each);
  }
  return root;
}

const cases = readCases().filter(({ orm }) => orm === "prisma");

test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, about) => {
  const root = await projectOf(about);
  const code = ["--cwd", root, "code", `${about.model}.${about.field}`, "--code", "likely", "--dry-run", "--json"];
  const [actual, expected] = await Promise.all([published, built].map((each) => each.run(code, {})));
  const answer = JSON.parse(expected?.stdout ?? "");
  expect(answer).not.toHaveProperty("error");
  expect(answer.missingTypes !== undefined).toBe(about.types === false);
  const files = [...answer.edits, ...answer.places].map(({ file }: { readonly file: string }) => file);
  expect(files).toEqual(expect.arrayContaining(Object.keys(documents)));
  expect(JSON.parse(actual?.stdout ?? "")).toEqual(answer);
});

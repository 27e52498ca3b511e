/** A project with the clients that Prisma generates, once for all runs on a machine: what types say is asked there. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { keepFolder } from "./kept-folder.js";
import { environment } from "./run.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const modules = join(repository, "node_modules");

/** Each has the models of the shop; those of `prisma-client-js` are packages. */
const outputs = {
  "src/generated/prisma": "prisma-client",
  "src/generated/analytics": "prisma-client",
  "node_modules/.prisma/client": "prisma-client-js",
  "node_modules/@acme/main-client": "prisma-client-js",
  "node_modules/@prisma/analytics": "prisma-client-js",
  "packages/db/src/generated": "prisma-client",
  "packages/stats/src/generated": "prisma-client",
  "examples/shop/node_modules/.prisma/client": "prisma-client-js",
};

let made: string | undefined;

/** The root of the project; it holds no code of its own. */
export function generatedClients(): string {
  made ??= make();
  return made;
}

function make(): string {
  const shop = readFileSync(join(repository, "examples/prisma-shop/prisma/schema.prisma"), "utf8");
  const generators = Object.entries(outputs).map(
    ([output, provider], at) => `generator client${at} {\n  provider = "${provider}"\n  output   = "../${output}"\n}\n`,
  );
  const schema = [...generators, shop.replace(/generator \w+ \{[^}]*\}/, "")].join("\n");
  const key = createHash("sha256").update([repository, prismaVersion(), schema].join("\n")).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `lockstep-clients-${key}`);
  if (existsSync(folder)) return folder;
  const own = mkdtempSync(`${folder}-`);
  mkdirSync(join(own, "prisma"));
  writeFileSync(join(own, "prisma/schema.prisma"), schema);
  linkModules(modules, own);
  for (const each of ["", "examples/shop"]) linkDefaultClient(join(own, each));
  generate(own, "prisma/schema.prisma");
  keepFolder(own, folder);
  return folder;
}

/** Links the packages of a folder into a project that gets clients of its own. */
export function linkModules(from: string, root: string): void {
  link(from, join(root, "node_modules"), /^(?:@prisma|\.prisma)$/);
  link(join(from, "@prisma"), join(root, "node_modules/@prisma"), /^client$/);
}

/** Links what a folder has, but for what is made anew. */
function link(from: string, to: string, own: RegExp): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) if (!own.test(name)) symlinkSync(join(from, name), join(to, name), "junction");
}

export function prismaVersion(): string {
  return JSON.parse(readFileSync(join(modules, "prisma/package.json"), "utf8")).version;
}

/** Installs the package of the default client: Node resolves the generated part from its folder. */
export function linkDefaultClient(root: string): void {
  const client = join(root, "node_modules/@prisma/client");
  if (existsSync(client)) return;
  const runtime = join(modules, "@prisma/client/runtime");
  cpSync(dirname(runtime), client, { recursive: true, filter: (path) => !path.startsWith(runtime) });
  symlinkSync(runtime, join(client, "runtime"), "junction");
}

/** What `prisma generate` makes of a schema in a project that has its dependencies. */
function generate(root: string, schema: string): void {
  const env = { ...environment(), PRISMA_SCHEMA_ENGINE_BINARY: join(repository, "plugin-prisma/bin/schema-engine.js") };
  const command = [join(modules, "prisma/build/index.js"), "generate", "--schema", schema];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`prisma generate failed:\n${stdout}${stderr}`);
}

/** Prisma clients for many small projects. Prisma's generators run in this process: the CLI takes a second a client, they take 0.1 s. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { linkDefaultClient, prismaVersion } from "./generated-clients.js";
import { keepFolder } from "./kept-folder.js";

// The generators' ES modules import files without their extensions.
const require = createRequire(import.meta.url);

/**
 * Gives a project the client that `prisma generate` makes of its schema, as far as a compiler reads it. All runs on a machine share it.
 *
 * @param schema the files of the schema, from the root
 */
export async function installClient(root: string, schema: readonly string[]): Promise<void> {
  // The compiler's options decide how a client of TypeScript imports its files.
  const sources = [...schema, "tsconfig.json"].filter((file) => existsSync(join(root, file)));
  const texts = sources.map((file) => [file, readFileSync(join(root, file), "utf8")]);
  const key = createHash("sha256")
    .update(JSON.stringify([prismaVersion(), texts]))
    .digest("hex")
    .slice(0, 16);
  const kept = join(tmpdir(), `lockstep-client-${key}`);
  if (!existsSync(kept)) await make(kept, root, schema, sources);
  linkDefaultClient(root);
  cpSync(kept, root, { recursive: true });
}

async function make(kept: string, root: string, schema: readonly string[], sources: readonly string[]): Promise<void> {
  const own = mkdtempSync(`${kept}-`);
  for (const file of sources) cpSync(join(root, file), join(own, file));
  linkDefaultClient(own);
  const [first = ""] = schema;
  await generate(own, schema.length === 1 ? first : dirname(first));
  rmSync(join(own, "node_modules/@prisma"), { recursive: true });
  for (const entry of readdirSync(own, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !/\.ts$|^package\.json$/.test(entry.name)) rmSync(join(entry.parentPath, entry.name));
  keepFolder(own, kept);
}

/** Does what the CLI does, with the same generators. */
async function generate(root: string, schema: string): Promise<void> {
  const { getGenerators, loadSchemaContext } = require("@prisma/internals") as typeof import("@prisma/internals");
  const { PrismaClientJsGenerator } = require("@prisma/client-generator-js");
  const { PrismaClientTsGenerator } = require("@prisma/client-generator-ts");
  const cliCommand = "prisma";
  const schemaPath = { cliProvidedPath: schema };
  const generators = await getGenerators({
    cliCommand,
    schemaContext: await loadSchemaContext({ schemaPath, cwd: root, printLoadMessage: false }),
    version: require("@prisma/engines-version").enginesVersion,
    registry: {
      "prisma-client-js": { type: "in-process", generator: new PrismaClientJsGenerator({ cliCommand }) },
      "prisma-client": { type: "in-process", generator: new PrismaClientTsGenerator() },
    },
  });
  for (const generator of generators) {
    await generator.generate();
    generator.stop();
  }
}

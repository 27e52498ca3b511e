import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";
import { LockstepError, largest, type Project, readTextUpTo } from "@lockstep/core";
import {
  type CodeOfClients,
  createProject,
  type GeneratedClient,
  type GeneratedClients,
  levelsToTop,
  listFiles,
  type OtherClient,
  parseSourceFile,
} from "@lockstep/core/codemods";
import { clientsOf, isBelow } from "../codemods/receivers/client-module.js";
import { toEntityModels } from "./entities.js";
import { schemaFiles } from "./files.js";
import type { SchemaFile } from "./model.js";
import { envValue, parseConfig, type SchemaConfig } from "./parse.js";

/** The import path of the default client, and the module that it is generated to. */
const defaultModules = ["@prisma/client", ".prisma/client"];

/**
 * The client of the project's schema, and those of other schemas that code imports. Undefined if it is the only one. Schemas that generate
 * the same client (one for each database) count as other forms of the project's own.
 *
 * @example const clients = await readClients(project, { roots: ["../web"], files: await readSourceFiles(root, options) });
 */
export async function readClients(
  project: Project,
  { roots, files: code }: CodeOfClients,
): Promise<GeneratedClients | undefined> {
  const { root } = project;
  const files = schemaFiles(project);
  const known = new Set(files.map(({ path }) => path));
  const paths = (await schemaPaths(root, roots)).filter((path) => !known.has(path)).sort();
  if (paths.length === 0) return undefined;
  const own = clientOf(files, root);
  const texts = paths.flatMap((path) => {
    const content = readTextUpTo(join(root, path), largest.document);
    return content === undefined ? [] : [{ path, content }];
  });
  const schemas = bySchema(texts);
  const others = schemas.map((schema): OtherClient => ({ ...clientOf(schema, root), models: [], isLocal: false }));
  // Older clients keep a copy of the schema in their folder.
  const folders = [own, ...others].flatMap((client) => client.folders);
  const isCopy = ({ schema }: GeneratedClient) => folders.includes(dirname(schema));
  const found = others.filter((other) => !isCopy(other) && !isSame(own, other));
  const used = found.length === 0 ? [] : usedAmong({ own, others: found }, code);
  if (used.length === 0) return undefined;
  const filesOf = (client: OtherClient) => schemas.find(([head]) => head?.path === client.schema) ?? [];
  return { own, others: used.map((client) => ({ ...client, models: modelsIn(filesOf(client)) })) };
}

/** Prisma decides whether the files beside its first one are parts of a schema or left over: duplicate models are invalid. */
function modelsIn(files: readonly SchemaFile[]): OtherClient["models"] {
  try {
    return toEntityModels(files);
  } catch (error) {
    if (files.length < 2 || !(error instanceof LockstepError) || error.code !== "LS8012") throw error;
    return toEntityModels(files.slice(0, 1));
  }
}

/** The clients that code imports: schemas of examples and tests do not belong to the app. */
function usedAmong(clients: GeneratedClients, code: CodeOfClients["files"]): readonly OtherClient[] {
  const project = createProject(
    code.map(({ file, text }) => parseSourceFile(file, text)),
    clients,
  );
  const users = new Map<GeneratedClient, string[]>();
  for (const file of project.files) {
    const specifiers = file.text.matchAll(/(?:\bfrom\s*|\b(?:require|import)\(\s*)["']([^"']+)["']/g);
    for (const [, specifier = ""] of specifiers)
      for (const each of clientsOf(specifier, file, project)) users.set(each, [...(users.get(each) ?? []), file.file]);
  }
  return clients.others.flatMap((other) => {
    const files = users.get(other) ?? [];
    const { folder } = other.home;
    const isLocal = folder !== clients.own.home.folder && files.every((file) => isBelow(file, folder));
    return files.length === 0 ? [] : [{ ...other, isLocal }];
  });
}

/**
 * The schema files in the project and its further folders. These may import other packages of the workspace: their schemas are searched in
 * the usual paths.
 */
async function schemaPaths(root: string, roots: readonly string[]): Promise<readonly string[]> {
  const top = "../".repeat(levelsToTop(root));
  const include = [`${top}{*,*/*,*/*/*}/{*,prisma/*,prisma/schema/*}.prisma`];
  const [own, others] = await Promise.all([
    listFiles(root, { roots }, ["**/*.prisma"]),
    roots.length === 0 || top === "" ? [] : listFiles(root, { include }, ["*.prisma"]),
  ]);
  return [...new Set([...own, ...others])].filter((path) => path.endsWith(".prisma"));
}

/** The files of each schema that generates a client; those without a generator belong to the one in their folder or around it. */
function bySchema(files: readonly SchemaFile[]): readonly (readonly SchemaFile[])[] {
  const heads = files.filter((file) => generatorsIn([file]).length > 0);
  const parts = files.filter((file) => isPart(parseConfig([file])));
  const headOf = (path: string) =>
    heads
      .filter((head) => `${dirname(path)}/`.startsWith(`${dirname(head.path)}/`))
      .sort((a, b) => b.path.length - a.path.length)[0];
  return heads.map((head) => [head, ...parts.filter(({ path }) => headOf(path) === head)]);
}

function isPart({ generators, datasources }: SchemaConfig): boolean {
  return generators.length === 0 && datasources.length === 0;
}

function generatorsIn(files: readonly SchemaFile[]): SchemaConfig["generators"] {
  return parseConfig(files).generators.filter(({ provider }) =>
    /^prisma-client(?:-js)?$/.test(envValue(provider) ?? ""),
  );
}

function clientOf(files: readonly SchemaFile[], root: string): GeneratedClient {
  const generators = generatorsIn(files);
  const schema = generators[0]?.sourceFilePath ?? files[0]?.path ?? "";
  const outputs = generators.map(({ sourceFilePath, output }) => {
    const path = envValue(output);
    return path === undefined ? undefined : posix.join(posix.dirname(sourceFilePath), path);
  });
  const folders = outputs.filter((output) => output !== undefined);
  const kept = folders.flatMap((folder) => /(?:^|\/)node_modules\/(.*)$/.exec(folder)?.[1] ?? []);
  const isDefault = generators.length === 0 || outputs.includes(undefined) || kept.includes(".prisma/client");
  return {
    schema,
    folders,
    modules: [...(isDefault ? defaultModules : []), ...kept.filter((name) => name !== ".prisma/client")],
    home: homeOf(schema, root),
  };
}

/** The package that contains a schema. */
function homeOf(schema: string, root: string): GeneratedClient["home"] {
  for (let folder = dirname(resolve(root, schema)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) {
      const name = /"name"\s*:\s*"([^"]+)"/.exec(readFileSync(manifest, "utf8"))?.[1];
      return { folder: relative(root, folder).replaceAll("\\", "/") || ".", name };
    }
    if (folder === resolve(root) || dirname(folder) === folder) return { folder: ".", name: undefined };
  }
}

/** Whether both are generated to one path: the later one overwrites the other. */
function isSame(own: GeneratedClient, other: GeneratedClient): boolean {
  if (other.folders.some((folder) => own.folders.includes(folder))) return true;
  return own.home.folder === other.home.folder && other.modules.some((module) => own.modules.includes(module));
}

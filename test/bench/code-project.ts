/** A generated project of any size, with the code of an app in layers around its models; the same for the same seed. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EntityModel } from "../../core/src/model/index.js";
import { camel, generatedModels, randomFrom, unusedModel } from "./code-models.js";
import { sharedFile } from "./code-shared-texts.js";
import { featureFiles } from "./code-texts.js";

export interface CodeProject {
  readonly models: readonly EntityModel[];
  readonly files: number;
  readonly lines: number;
}

const fixed: Readonly<Record<string, string>> = {
  "package.json": `${JSON.stringify({ name: "generated", private: true, type: "module" }, null, 2)}\n`,
  "tsconfig.json": `${JSON.stringify({ compilerOptions: { strict: true, jsx: "react-jsx", paths: { "@/*": ["./src/*"] } } }, null, 2)}\n`,
  ".gitignore": "node_modules\ndist\n.env\nsrc/generated\n",
  "src/db.ts": `import { PrismaClient } from "@/generated/prisma/client";\n\nexport const prisma = new PrismaClient({} as never);\n`,
  "src/logger.ts": `export interface Logger {\n  info(about: object, text: string): void;\n  warn(about: object, text: string): void;\n  debug(about: object, text: string): void;\n}\n\nexport const logger: Logger = console;\n`,
  "src/session.ts": `import type { User } from "@/generated/prisma/client";\n\nexport interface Session {\n  readonly user: User;\n  readonly role: string;\n}\n`,
};

/**
 * Writes a project of so many source files into an empty folder, and commits it. A third of the files stands outside of features and
 * names no model, as in real projects.
 */
export function writeCodeProject(root: string, files: number, seed = 1): CodeProject {
  const random = randomFrom(seed);
  const models = generatedModels(Math.min(320, Math.round(files / 27)), random);
  const texts = new Map(Object.entries(fixed));
  const isFull = () => texts.size - (Object.keys(fixed).length - sourcesOf(fixed)) >= files;
  for (const model of models) {
    const other = models[Math.floor(random() * models.length)] as EntityModel;
    for (const [file, text] of Object.entries(featureFiles({ model, other }))) if (!isFull()) texts.set(file, text);
  }
  for (let at = 0; !isFull(); at++) texts.set(...sharedFile(at));
  let lines = 0;
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    lines += text.split("\n").length - 1;
  }
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, stdio: "ignore" });
  git("init", "--quiet");
  git("add", "--all");
  git("-c", "user.name=Bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message", "Generated");
  const all = [...models, unusedModel()];
  generateClient(root, all);
  return { models: all, files: sourcesOf(Object.fromEntries(texts)), lines };
}

const repository = fileURLToPath(new URL("../..", import.meta.url));
const types = { int: "Int", boolean: "Boolean", datetime: "DateTime", json: "Json" };

/** The client's types, as an installed application has them. */
function generateClient(root: string, models: readonly EntityModel[]): void {
  const back = models.filter(({ relations }) => relations.length > 0);
  const declared = models.map(({ name, fields, relations }) => {
    const columns = fields.map((each) => {
      const extra = each.isId ? " @id @default(autoincrement())" : each.type === "datetime" ? " @default(now())" : "";
      return `  ${each.name} ${types[each.type as keyof typeof types] ?? "String"}${extra}`;
    });
    const owners = relations.map(
      (each) => `  ${each.name} ${each.model} @relation(fields: [${each.fields}], references: [id])`,
    );
    const lists = name === "User" ? back.map((each) => `  ${camel(each.name)}s ${each.name}[]`) : [];
    return `model ${name} {\n${[...columns, ...owners, ...lists].join("\n")}\n}\n`;
  });
  const head =
    'generator client {\n  provider = "prisma-client"\n  output = "../src/generated/prisma"\n}\n\ndatasource db {\n  provider = "postgresql"\n}\n\n';
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  mkdirSync(join(root, "prisma"), { recursive: true });
  writeFileSync(join(root, "prisma/schema.prisma"), head + declared.join("\n"));
  execFileSync(process.execPath, [join(repository, "node_modules/prisma/build/index.js"), "generate"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: join(repository, "plugin-prisma/bin/schema-engine.js") },
  });
}

function sourcesOf(texts: Readonly<Record<string, string>>): number {
  return Object.keys(texts).filter((file) => /\.tsx?$/.test(file)).length;
}

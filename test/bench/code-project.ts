/** A generated project of any size, with the code of an app in layers around its models; the same for the same seed. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EntityModel } from "../../core/src/model/index.js";
import { generatedModels, randomFrom, unusedModel } from "./code-models.js";
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
  ".gitignore": "node_modules\ndist\n.env\n",
  "src/db.ts": `import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n`,
  "src/logger.ts": `export interface Logger {\n  info(about: object, text: string): void;\n  warn(about: object, text: string): void;\n  debug(about: object, text: string): void;\n}\n\nexport const logger: Logger = console;\n`,
  "src/session.ts": `import type { User } from "@prisma/client";\n\nexport interface Session {\n  readonly user: User;\n  readonly role: string;\n}\n`,
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
  return { models: [...models, unusedModel()], files: sourcesOf(Object.fromEntries(texts)), lines };
}

function sourcesOf(texts: Readonly<Record<string, string>>): number {
  return Object.keys(texts).filter((file) => /\.tsx?$/.test(file)).length;
}

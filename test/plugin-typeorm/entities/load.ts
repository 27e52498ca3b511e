import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EntityFile } from "../../../plugin-typeorm/src/entities/model.js";

const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const script = fileURLToPath(new URL("load-metadata.cjs", import.meta.url));

/** The TypeORM that a project has: a folder of node_modules. */
export const versions = { "1.1.1": "typeorm", "0.3.31": "typeorm-0.3" } as const;
export type Version = keyof typeof versions;
/** ts-node emits the types of properties (`emitDecoratorMetadata`), tsx does not. */
export type Runner = "ts-node" | "tsx";

export interface LoadedColumn {
  readonly path: string;
  readonly target: string;
  readonly column: string;
  /** By PostgreSQL's own name. */
  readonly type: string;
  /** As the entity has it, or as it was reflected. */
  readonly declared: string;
  readonly length: string;
  readonly isArray: boolean;
  readonly enum?: readonly string[];
  readonly isNullable: boolean;
  readonly isSelect: boolean;
  readonly isPrimary: boolean;
  readonly isGenerated: boolean;
  /** False for columns that no property stands for: discriminators, paths of trees, keys that a relation makes. */
  readonly isProperty: boolean;
  readonly relation?: string;
  /** By a transformer, or by a hook of its class. */
  readonly isTransformed: boolean;
  readonly hasDefault: boolean;
}

export interface LoadedEntity {
  readonly name: string;
  readonly table: { readonly schema?: string; readonly name: string };
  readonly columns: readonly LoadedColumn[];
  readonly relations: readonly {
    readonly path: string;
    readonly model: string;
    readonly isNullable: boolean;
    readonly isLazy: boolean;
    readonly columns: readonly string[];
    readonly references: readonly string[];
  }[];
  readonly uniques: readonly (readonly string[])[];
}

export type Loaded = { readonly entities: readonly LoadedEntity[] } | { readonly error: string };

/** TypeScript's options in a project of these files. */
export const compilerOptions = {
  target: "ES2022",
  module: "NodeNext",
  moduleResolution: "NodeNext",
  strict: true,
  strictPropertyInitialization: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
  skipLibCheck: true,
  types: ["node"],
};

/** A project in a temporary folder, with a folder for each set of entity files. */
export class EntityProject {
  readonly root = mkdtempSync(join(tmpdir(), "lockstep-entities-"));

  constructor(version: Version) {
    mkdirSync(join(this.root, "node_modules"));
    const links = { typeorm: versions[version], "reflect-metadata": "reflect-metadata", "@types": "@types" };
    for (const [name, folder] of Object.entries(links))
      symlinkSync(join(modules, folder), join(this.root, "node_modules", name), "junction");
    writeFileSync(join(this.root, "package.json"), "{}");
    writeFileSync(join(this.root, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
    copyFileSync(script, join(this.root, "load-metadata.cjs"));
  }

  write(folder: string, files: readonly EntityFile[]): void {
    for (const { path, content } of files) {
      const file = join(this.root, folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  /** What TypeORM makes of the entities of each folder. */
  load(runner: Runner, folders: readonly string[]): Map<string, Loaded> {
    const hook =
      runner === "tsx"
        ? ["--import", join(modules, "tsx/dist/loader.mjs")]
        : ["--require", join(modules, "ts-node/register/index.js")];
    const paths = folders.map((folder) => join(this.root, folder));
    const output = execFileSync(process.execPath, [...hook, "load-metadata.cjs", ...paths], {
      cwd: this.root,
      // One program over all files, instead of a new one for each that is loaded.
      env: { ...process.env, TS_NODE_FILES: "true" },
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    const loaded = JSON.parse(output) as Record<string, Loaded>;
    return new Map(folders.map((folder, index) => [folder, loaded[paths[index]!]!]));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { datamodelOf, type Model } from "./dmmf.js";
import type { MatrixProject } from "./project.js";

/** Prisma's client for one state of the models. */
export interface GeneratedClient {
  readonly models: readonly Model[];
  /** Labels by enum, as TypeScript has them. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  readonly namespace: { readonly DbNull: unknown };
  connect(url: string): { $disconnect(): Promise<void> };
}

/** Clients of a project, generated once for each text of its schema. */
export class Clients {
  readonly #project: MatrixProject;
  readonly #known = new Map<string, Promise<GeneratedClient>>();

  constructor(project: MatrixProject) {
    this.#project = project;
  }

  /** The client for the schema as it stands. */
  current(): Promise<GeneratedClient> {
    const text = this.#project
      .schema()
      .map((file) => file.content)
      .join("\n");
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
    const known = this.#known.get(hash) ?? this.#generate(hash, text);
    this.#known.set(hash, known);
    return known;
  }

  async #generate(hash: string, text: string): Promise<GeneratedClient> {
    const result = await this.#project.prisma(["generate"]);
    const folder = join(this.#project.root, "generated", hash);
    const made = join(this.#project.root, "generated/client");
    if (result.code !== 0 || !existsSync(made)) throw new Error(`prisma generate: ${result.output}`);
    renameSync(made, folder);
    const { PrismaClient, Prisma } = createRequire(join(folder, "index.js"))("./index.js");
    const datamodel = await datamodelOf(text);
    return {
      models: datamodel.models,
      enums: new Map(datamodel.enums.map(({ name, values }) => [name, values.map((value) => value.name)])),
      namespace: Prisma,
      connect: (url) => new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 2 }) }),
    };
  }
}

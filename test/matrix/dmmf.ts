import { createRequire } from "node:module";

type Internals = typeof import("@prisma/internals");
type Datamodel = Awaited<ReturnType<Internals["getDMMF"]>>["datamodel"];

export type Model = Datamodel["models"][number];
export type Field = Model["fields"][number];

// A CommonJS bundle whose exports Node does not see: `import` finds them in a bundler only.
const { getDMMF } = createRequire(import.meta.url)("@prisma/internals") as Internals;

/** What Prisma reads in a schema. */
export async function datamodelOf(schema: string): Promise<Datamodel> {
  return (await getDMMF({ datamodel: schema })).datamodel;
}

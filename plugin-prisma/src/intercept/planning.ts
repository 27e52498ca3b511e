import type { Plan, Planning } from "@lockstep/core";
import { modelEdits } from "@lockstep/core/planning";
import type { PrismaProject } from "../project.js";
import { editSchema } from "../schema/edit-schema.js";
import { originalModels } from "../schema/originals.js";
import { readSchema } from "../schema/read.js";
import { formerNames, formerUniques } from "../schema/unique.js";
import { version } from "../version.js";
import type { SchemaContainer } from "./shapes.js";

/** The inputs of a plan from a Prisma schema. The model of its expand phase is edited in memory. */
export function planning(project: PrismaProject, schema: SchemaContainer): Planning<SchemaContainer> {
  const read = readSchema(schema.files);
  return {
    versions: { lockstep: version, orm: project.ormVersion },
    models: read.models,
    formerUnique: formerUniques(read, project),
    formerName: (...dropped) => formerNames(project)(...dropped),
    originalModels: (columns) => originalModels(read, schema.files, project, columns),
    relax: async (plan: Plan) => ({ ...schema, files: await editSchema(schema.files, modelEdits(plan, "expand")) }),
  };
}

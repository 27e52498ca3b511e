import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Operation, Plan } from "@lockstep/core";
import { followNames, isOpen, listPlans, namedColumns, refuseSecondChange, writeFiles } from "@lockstep/core/planning";
import type { PrismaProject } from "../project.js";
import { makeOptional } from "../schema/edit.js";
import { toEntityModels } from "../schema/entities.js";
import { readSchema } from "../schema/read.js";
import { keepUnique } from "../schema/unique.js";
import type { SchemaContainer } from "./shapes.js";

/** Writes what has to be written; the message is for the user, where there is something to say. */
export type Restore = () => string | undefined;

/** The open plans of a project, as far as they answer a change. */
export interface OpenPlans {
  /** The schema with every planned column as its phase has it. */
  readonly schema: SchemaContainer;
  /** Makes the schema files like that and says so; undefined when the request has them so already. */
  readonly restored: Restore | undefined;
  readonly plans: readonly Plan[];
  /** @throws LS3004 when the change touches what has an open plan · LS2012 when it takes away what an open plan's fill reads */
  refuseSecondPlan(operations: readonly Operation[]): void;
}

/**
 * Reads the plans of the project. A later diff on a planned column is answered by its plan: a required field that was restored by
 * hand or by a merge is optional until contract.
 *
 * @throws LS3001, LS3002, LS3007 a plan that cannot be read
 */
export async function openPlans(project: PrismaProject, schema: SchemaContainer): Promise<OpenPlans | undefined> {
  const open = listPlans(project.root).filter(isOpen);
  if (open.length === 0) return undefined;
  let files = schema.files;
  const declared = namedColumns(toEntityModels(files));
  const plans = open.map((plan) => followNames(plan, declared));
  const names: string[] = [];
  const ids = new Set<string>();
  for (const plan of plans) {
    for (const unique of plan.keptUniques ?? []) {
      const kept = keepUnique(files, unique);
      if (kept.every((file, index) => file.content === files[index]?.content)) continue;
      files = kept;
      ids.add(plan.id);
      names.push(
        `${unique.model} unique on (${unique.fields.join(", ")}) until contract (plan ${plan.id}, phase ${plan.state.released})`,
      );
    }
    for (const column of plan.columns.filter((candidate) => candidate.isRelaxed)) {
      const field = readSchema(files)
        .models.find((model) => model.name === column.model)
        ?.fields.find((candidate) => candidate.name === column.field);
      if (field === undefined || field.isOptional || field.isList) continue;
      files = makeOptional(files, column.model, column.field);
      ids.add(plan.id);
      names.push(
        `${column.model}.${column.field} optional until contract (plan ${plan.id}, phase ${plan.state.released})`,
      );
    }
  }
  return {
    schema: { ...schema, files },
    restored: names.length === 0 ? undefined : () => restore(project, files, names, [...ids]),
    plans,
    refuseSecondPlan: (operations) => refuseSecondChange(plans, operations),
  };
}

function restore(
  project: PrismaProject,
  files: SchemaContainer["files"],
  names: readonly string[],
  ids: readonly string[],
): string | undefined {
  // The CLI read the schema when it began: an interrupted write may have been finished since.
  const changed = files.filter((file) => onDisk(project, file.path) !== file.content);
  if (changed.length === 0) return undefined;
  writeFiles(
    project.root,
    changed.map((file) => ({
      file: relativeTo(project, file.path),
      before: onDisk(project, file.path),
      after: file.content,
    })),
  );
  return `Lockstep: as before, ${names.join(", ")}.\nNext   to go on: ${ids.map((id) => `npx lockstep next ${id}`).join(", ")}`;
}

function onDisk(project: PrismaProject, path: string): string {
  return readFileSync(resolve(project.root, path), "utf8");
}

function relativeTo(project: PrismaProject, path: string): string {
  const found = project.schemaFiles.find((file) => join(project.root, file) === resolve(project.root, path));
  if (found === undefined) throw new Error(`${path} is not a schema file of the project`);
  return found;
}

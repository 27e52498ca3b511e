import { LockstepError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import type { FillFunction } from "./fill-function.js";
import type { LockstepConfig } from "./schema.js";

/** The usual name of the file, whatever its extension. */
export const configFile = "lockstep.config.ts";

/** The functions of the configuration, by `Model.field`. */
export function fillFunctions({ fills = {} }: LockstepConfig): ReadonlyMap<string, ConfiguredFill> {
  return new Map(
    Object.entries(fills).flatMap(([model, fields]) =>
      Object.entries(fields).map(([field, { reads, fill, fallback }]) => [
        `${model}.${field}`,
        { reads, fill, fallback },
      ]),
    ),
  );
}

/** One entry under `fills`. */
export interface ConfiguredFill {
  readonly reads: readonly string[];
  readonly fill: FillFunction;
  /** `refuse`, or an SQL expression. */
  readonly fallback: string | undefined;
}

/**
 * Rejects entries of models and fields that do not exist: they are misspelt. An entry whose field already has a fill is fine.
 *
 * @throws LS2053
 */
export function refuseUnknownFills(
  { fills = {} }: LockstepConfig,
  models: readonly { readonly name: string; readonly fields: readonly { readonly name: string }[] }[],
): void {
  for (const [name, fields] of Object.entries(fills)) {
    const model = models.find((candidate) => candidate.name === name);
    if (model === undefined) throw unknown(`fills.${name}`, "model", name, models);
    for (const field of Object.keys(fields))
      if (!model.fields.some((candidate) => candidate.name === field))
        throw unknown(`fills.${name}.${field}`, `field of ${name}`, field, model.fields);
  }
}

function unknown(
  place: string,
  what: string,
  written: string,
  known: readonly { readonly name: string }[],
): LockstepError {
  const names = known.map(({ name }) => name);
  const meant = nearest(written, names);
  return new LockstepError(
    "LS2053",
    `${configFile}: ${place}: there is no ${what} with that name${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    { hint: `Use the names in the model: ${names.join(", ")}` },
  );
}

import { type Conversion, type EntityModel, type Project, sourcesMention } from "@lockstep/core";
import { toEntityModels } from "../schema/entities.js";
import type { SchemaFile } from "../schema/model.js";

const extending = /\$extends\b|\$use\b|\bdefineExtension\b/;

/**
 * The models of a schema, with the fields that the client converts: by an extension in the project's code, by a middleware, or by
 * prisma-field-encryption. Code is only parsed where it extends a client. Errors as `toEntityModels`.
 */
export async function convertedModels(
  files: readonly SchemaFile[],
  project: Pick<Project, "root" | "generatedFolders">,
): Promise<EntityModel[]> {
  const models = toEntityModels(files);
  const exclude = [...project.generatedFolders, "lockstep"];
  const isExtended = await sourcesMention(project.root, extending, exclude);
  const found = isExtended ? await inCode(project.root, exclude, models) : new Map<string, Conversion>();
  return models.map((model) => ({
    ...model,
    fields: model.fields.map((field) => {
      const conversion = found.get(`${model.name}.${field.name}`) ?? encryption(field.documentation);
      return conversion === undefined ? field : { ...field, conversion };
    }),
  }));
}

async function inCode(root: string, exclude: readonly string[], models: readonly EntityModel[]) {
  const [{ conversionsIn }, { readSources }] = await Promise.all([
    import("./conversions.js"),
    import("@lockstep/core/codemods"),
  ]);
  // An extension can be in another file than the client.
  const sources = await readSources(
    root,
    { exclude },
    (text) => extending.test(text) || /\bquery\b|\bcompute\b/.test(text),
  );
  return conversionsIn(sources, models);
}

/** `/// @encrypted` and `/// @encryption:hash(email)` of prisma-field-encryption. */
function encryption(documentation: string): Conversion | undefined {
  const [annotation] = /@encrypt(?:ed|ion)\b/.exec(documentation) ?? [];
  return annotation === undefined ? undefined : { by: `prisma-field-encryption, by ${annotation},` };
}

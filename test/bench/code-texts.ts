/** The files of one feature of a generated project, as an app in layers has them. */

import { dtoText, exportText, factoryText, schemasText, testText, typesText } from "./code-contract-texts.js";
import { kebab } from "./code-models.js";
import {
  controllerText,
  type Feature,
  jobsText,
  mapperText,
  ownerText,
  permissionsText,
  repositoryText,
  routesText,
  serviceText,
} from "./code-server-texts.js";
import { formText, hookText, listText } from "./code-web-texts.js";

/** The files by path. */
export function featureFiles(feature: Feature): Readonly<Record<string, string>> {
  const { model } = feature;
  const base = kebab(model.name);
  const folder = `src/features/${base}`;
  return {
    [`${folder}/index.ts`]: ["service", "schemas", "mapper", "types"]
      .map((part) => `export * from "./${base}.${part}.js";\n`)
      .join(""),
    [`${folder}/${base}.types.ts`]: typesText(model),
    [`${folder}/${base}.schemas.ts`]: schemasText(model),
    [`${folder}/${base}.mapper.ts`]: mapperText(model),
    [`${folder}/${base}.repository.ts`]: repositoryText(model),
    [`${folder}/${base}.service.ts`]: serviceText(feature),
    [`${folder}/${base}.controller.ts`]: controllerText(model),
    [`${folder}/${base}.routes.ts`]: routesText(model),
    [`${folder}/${base}.jobs.ts`]: jobsText(feature),
    [`${folder}/${base}.permissions.ts`]: permissionsText(model),
    [`${folder}/${base}.export.ts`]: exportText(model),
    ...(model.relations.length > 0 ? { [`${folder}/${base}.owner.ts`]: ownerText(model) } : {}),
    [`${folder}/dto/create-${base}.dto.ts`]: dtoText(model, "Create"),
    [`${folder}/dto/update-${base}.dto.ts`]: dtoText(model, "Update"),
    [`test/${base}/${base}.factory.ts`]: factoryText(model),
    [`test/${base}/${base}.service.test.ts`]: testText(model),
    [`src/web/${base}/${model.name}List.tsx`]: listText(model),
    [`src/web/${base}/${model.name}Form.tsx`]: formText(model),
    [`src/web/${base}/use-${base}.ts`]: hookText(model),
  };
}

import type { PlaceIdentity } from "../../model/index.js";
import { siteAround } from "../ast/site.js";
import type { SourceFile } from "../ast/source-file.js";
import type { EditFinding } from "../contract/transform.js";

/** The identity of an edit, from the file before it. */
export function identityOf({ splices, text, role, owner }: EditFinding, file: SourceFile): PlaceIdentity {
  const own = splices.find((splice) => splice.text.includes(text)) ?? splices[0];
  const around = siteAround(own?.start ?? 0, file);
  return { ...around, ...(owner && { owner }), ...(role && { role }) };
}

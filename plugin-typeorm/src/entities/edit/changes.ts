import { applySplices, type SourceFile, type Splice } from "@lockstep/core/codemods";
import { Entities } from "../entities.js";

/** Changes of bytes in one file. */
export interface Change {
  readonly file: SourceFile;
  readonly splices: readonly Splice[];
}

/** The entities with changes made; a change that two edits require is made once. */
export function changed(entities: Entities, changes: readonly Change[]): Entities {
  const byFile = new Map<string, Map<string, Splice>>();
  for (const { file, splices } of changes) {
    const own = byFile.get(file.file) ?? new Map<string, Splice>();
    for (const splice of splices) own.set(JSON.stringify([splice.start, splice.end, splice.text]), splice);
    byFile.set(file.file, own);
  }
  if ([...byFile.values()].every((splices) => splices.size === 0)) return entities;
  const files = entities.files.map(({ path, content }) => {
    const splices = byFile.get(path);
    return { path, content: splices === undefined ? content : applySplices(content, [...splices.values()]) };
  });
  return new Entities(files, entities);
}

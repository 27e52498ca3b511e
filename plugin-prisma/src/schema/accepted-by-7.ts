import { blank, block, urlLine } from "./blocks.js";

/** A preview feature of Prisma 6 that 7 rejects; for features that became a part of Prisma it only warns. */
const retired = /,\s*"metrics"|"metrics"\s*,?/g;
const previewFeatures = /^[^\S\r\n]*previewFeatures\s*=\s*\[[^\]]*\]/gm;

/**
 * The files as Prisma 7's parser and engine accept them: they reject URLs in the schema, and the preview feature `metrics`. Blanks replace
 * these, so that positions in messages stay correct.
 */
export function acceptedByPrisma7<F extends { readonly content: string }>(files: readonly F[]): readonly F[] {
  return files.map((file) => {
    const content = file.content
      .replace(block.datasource, (text) =>
        text.replace(urlLine, (_, indent: string, setting: string) => indent + blank(setting)),
      )
      .replace(block.generator, (text) => text.replace(previewFeatures, (setting) => setting.replace(retired, blank)));
    return content === file.content ? file : { ...file, content };
  });
}

/**
 * The reverse, for the engine's output (`prisma db pull`): each datasource and generator as in the file of that path. The engine keeps
 * their order.
 */
export function withBlocksOf<F extends { readonly path: string; readonly content: string }>(
  files: readonly F[],
  originals: readonly { readonly path: string; readonly content: string }[],
): readonly F[] {
  return files.map((file) => {
    const original = originals.find(({ path }) => path === file.path);
    if (original === undefined) return file;
    const content = Object.values(block).reduce((text, kind) => {
      const former = original.content.match(kind) ?? [];
      let index = 0;
      return text.replace(kind, (written) => former[index++] ?? written);
    }, file.content);
    return { ...file, content };
  });
}

/**
 * Whether the sources of a project have a word, before anything is parsed or planned.
 *
 * @param exclude folders from the root, besides dependencies, build output, generated code and migrations
 * @example await sourcesMention(root, "@lockstep.", ["lockstep"])
 */
export async function sourcesMention(root: string, word: string, exclude: readonly string[]): Promise<boolean> {
  const { readSources } = await import("../codemods/source-files.js");
  let isFound = false;
  await readSources(root, { exclude }, (text) => {
    isFound ||= text.includes(word);
    return false;
  });
  return isFound;
}

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Blocks of the pages that nobody types from beginning to end. What `follow` types is tested there, and rules' examples with the rules. */

export const root = fileURLToPath(new URL("../..", import.meta.url));
const followed = /^docs\/(?:first-column-|recipes\.md|troubleshooting\.md|write-a-plugin\.md|rules\/)/;
/** Its samples are parts of files of this repository, and edits of them. */
const ofRepository = /^docs\/contributing\//;

export interface Sample {
  /** "docs/check.md:92" */
  readonly place: string;
  /** Of the fence; "" where it has none: something typed, or printed. */
  readonly language: string;
  readonly text: string;
}

/** Pages, from the root. */
export const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" }).map(
    (file) => `docs/${file.replaceAll("\\", "/")}`,
  ),
].filter((file) => file.endsWith(".md"));

export const samples: readonly Sample[] = pages
  .filter((file) => !followed.test(file) && !ofRepository.test(file))
  .flatMap((file) => {
    const text = readFileSync(root + file, "utf8");
    return [...text.matchAll(/^```(\S*).*\n([\s\S]*?)^```$/gm)].map((match) => ({
      place: `${file}:${text.slice(0, match.index).split("\n").length}`,
      language: match[1] ?? "",
      text: match[2] ?? "",
    }));
  });

/** @returns them as cases of a test, and never none */
export function samplesIn(...languages: readonly string[]): (readonly [string, string])[] {
  const found = samples.filter(({ language }) => languages.includes(language));
  if (found.length === 0) throw new Error(`no sample is in ${languages.join(" or ")}`);
  return found.map(({ place, text }) => [place, text]);
}

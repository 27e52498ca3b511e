import { posix } from "node:path";

/** Where pages stand in the repository, where on the site, and what becomes of links between them. */

/** A page of the repository that is one of the site. */
export function isPage(file: string): boolean {
  return /^(?:docs\/.*|site\/index|site\/api\/.*|CONTRIBUTING|SECURITY|CHANGELOG)\.md$/.test(file);
}

/** @returns the page on the site: "docs/rules/README.md" → "rules/index.md" */
export function onSite(file: string): string {
  if (file === "docs/README.md") return "overview.md";
  // Of the root, in a folder of their own: docs/ has a folder "contributing".
  if (!file.includes("/")) return file.replace(/[A-Z]+/, (name) => `repository/${name.toLowerCase()}`);
  return file.replace(/^(?:docs|site)\//, "").replace(/(^|\/)README\.md$/, "$1index.md");
}

/**
 * A link as it is written for readers of the repository, as it leads on the site: to the page, or to the file in the repository.
 * @param from the page that it is on
 * @param repository the address of the repository's files, with a slash at the end
 */
export function linkOnSite(link: string, from: string, repository: string): string {
  if (/^(?:#|\/|[a-z]+:)/.test(link)) return link;
  const [path = "", anchor] = link.split("#");
  const file = posix.join(posix.dirname(from), path);
  const rest = anchor === undefined ? "" : `#${anchor}`;
  return isPage(file) ? `/${onSite(file)}${rest}` : `${repository}${file}${rest}`;
}

/** @returns the id of a heading as code hosts make it, so that links with an anchor lead to the same place everywhere */
export function headingId(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}

import { attempt, isSyntaxError } from "@lockstep/core/text";

/**
 * A file pattern of TypeORM's options as a regular expression: `src/migrations/**\/*{.ts,.js}`. A compiled pattern also matches its
 * sources: `dist/migrations/*.js` is `src/migrations/*.ts` as well.
 */
export function patternOf(glob: string): RegExp {
  const source = glob
    .replace(/[.+^$\\]/g, "\\$&")
    .replace(/\*\*\/?|\*|\?|\{|\}|,/g, (part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      return { "?": "[^/]", "{": "(?:", "}": ")", ",": "|" }[part] ?? part;
    })
    .replace(/@\(/g, "(?:")
    .replace(/(^|\/)(?:dist|build|out)\//, "$1(?:dist/|build/|out/)?(?:src/)?")
    .replace(/\\\.([cm]?)[jt]s\b/g, "\\.$1[jt]s");
  return attempt(() => new RegExp(`^${source}$`), isSyntaxError) ?? /^\b$/;
}

import { readUrl } from "../../../base/url-text.js";
import { type Check, ok, warning } from "../../../dialect/check.js";

export default {
  id: "targets",
  title: "targets and their URLs",
  on: "project",
  async run({ config, configFile, configError, env, project: { developmentUrl } }) {
    const targets = Object.entries(config.targets);
    if (targets.length === 0 && configError === undefined)
      return [
        warning(configFile === undefined ? "there is no lockstep.config.ts" : `${configFile} names no target`, {
          why: "Without a target, `lockstep next` has no database to check.",
          next:
            configFile === undefined
              ? "npx lockstep init"
              : 'add targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } }',
        }),
      ];
    return targets.map(([name, { urlFrom }]) => {
      const url = env[urlFrom];
      if (url && developmentUrl !== undefined && isSameDatabase(url, developmentUrl))
        return warning(`${name} is the development database: ${urlFrom} contains its URL`, {
          why: "A gate that opens for its few rows proves nothing about the rows of a real target.",
          next: `set ${urlFrom} to the URL of ${name}`,
        });
      return url
        ? ok(`${name} takes its URL from ${urlFrom}`)
        : warning(`${name} was not checked: ${urlFrom} is not set here`, {
            why: "Gates and backfills need access to the target.",
            next: `Set ${urlFrom}.\nnpx lockstep doctor --target ${name}`,
          });
    });
  },
} satisfies Check;

/** The same server name and the same database, whatever else the URLs contain; false if one cannot be parsed. */
function isSameDatabase(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const url = readUrl(text);
    return url && [url.searchParams.get("host") ?? url.hostname, url.port || "5432", url.pathname].join(" ");
  });
  return a !== undefined && a === b;
}

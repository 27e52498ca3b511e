import { type Check, ok, warning } from "../check.js";

export default {
  id: "targets",
  title: "targets and their URLs",
  on: "project",
  async run({ config, configFile, configError, env }) {
    const targets = Object.entries(config.targets);
    if (targets.length === 0 && configError === undefined)
      return [
        warning(`${configFile ?? "lockstep.config.ts"} names no target`, {
          why: "Nobody can say where a plan has to arrive: `lockstep next` has no database to ask.",
          next: 'add targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } }',
        }),
      ];
    return targets.map(([name, { urlFrom }]) =>
      env[urlFrom]
        ? ok(`${name} takes its URL from ${urlFrom}`)
        : warning(`${name} was not looked at: ${urlFrom} is not set here`, {
            why: "Gates and backfills ask the target itself.",
            next: `set ${urlFrom}, then: npx lockstep doctor --target ${name}`,
          }),
    );
  },
} satisfies Check;

import { type Check, isAccepted, isTested, ok, warning } from "@lockstep/core/doctor";
import { typeormVersions } from "../supported.js";

export default {
  id: "typeorm-version",
  title: "version of TypeORM",
  on: "project",
  async run({ project: { ormVersion } }) {
    if (isTested(typeormVersions, ormVersion)) return [ok(`TypeORM ${ormVersion}`)];
    if (isAccepted(typeormVersions, ormVersion))
      return [ok(`TypeORM ${ormVersion}; the tests run with ${typeormVersions.tested}`)];
    return [
      warning(`TypeORM ${ormVersion} is not among the tested versions: ${typeormVersions.tested}`, {
        why: "The way from its CLI to the database may differ, and with it what Lockstep sees of a change.",
        next: "npm install --save-prod typeorm@1.1.1",
      }),
    ];
  },
} satisfies Check;

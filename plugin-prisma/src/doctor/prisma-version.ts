import { type Check, isAccepted, isTested, ok, problem } from "@lockstep/core/doctor";
import { isAtLeast } from "../engine/prisma-version.js";
import { updateCommands } from "../init/update-commands.js";
import { prismaVersions, testedVersions } from "../supported.js";

export default {
  id: "prisma-version",
  title: "version of Prisma",
  on: "project",
  async run({ project: { root, ormVersion } }) {
    if (isTested(prismaVersions, ormVersion)) return [ok(`Prisma ${ormVersion}`)];
    if (isAccepted(prismaVersions, ormVersion))
      return [ok(`Prisma ${ormVersion}; the tests run with ${prismaVersions.tested}`)];
    if (isAtLeast(ormVersion, 8, 0))
      return [
        // Prisma 8 itself is no project for Lockstep (LS9024): these are builds of the line of Prisma 7.
        problem(`Prisma ${ormVersion} is newer than the versions that Lockstep is tested with`, {
          why: "Lockstep does not intercept the commands of an engine that it does not know.",
          next: updateCommands(root, testedVersions.seven),
        }),
      ];
    return [
      problem(`Prisma ${ormVersion} is too old`, {
        why: "Lockstep is started by the Prisma config, which Prisma reads without experimental flags from 6.13 on.",
        next: updateCommands(root, testedVersions.six),
      }),
    ];
  },
} satisfies Check;

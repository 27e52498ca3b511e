import { type Check, isTested, ok, problem, warning } from "@lockstep/core/doctor";
import { isAtLeast } from "../engine/prisma-version.js";
import { prismaVersions } from "../supported.js";

export default {
  id: "prisma-version",
  title: "version of Prisma",
  on: "project",
  async run({ project: { ormVersion } }) {
    if (isTested(prismaVersions, ormVersion)) return [ok(`Prisma ${ormVersion}`)];
    if (isAtLeast(ormVersion, 8, 0))
      return [
        problem(`Prisma ${ormVersion} has another way of making migrations`, {
          why: "It asks no schema engine that Lockstep could stand in for: nothing is intercepted.",
          next: "npm install --save-dev prisma@7.10.0",
        }),
      ];
    return [
      warning(`Prisma ${ormVersion} is not among the tested versions: ${prismaVersions.tested}`, {
        why: "The talk between its CLI and its engine may differ; Lockstep lets pass what it does not know.",
        next: "npm install --save-dev prisma@7.10.0",
      }),
    ];
  },
} satisfies Check;

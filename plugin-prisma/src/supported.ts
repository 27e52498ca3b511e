import type { SupportedTool } from "@lockstep/core";

/** For `doctor` and for docs/supported-versions.md. */
export const prismaVersions: SupportedTool = {
  tool: "Prisma",
  tested: "7.10, and 6.19 with its classic engine",
  note: "6.19 needs a prisma.config.ts; see below.",
  ranges: [
    [
      [7, 10],
      [7, 10],
    ],
    [
      [6, 19],
      [6, 19],
    ],
  ],
};

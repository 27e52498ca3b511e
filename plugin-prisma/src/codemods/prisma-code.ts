import type { OrmCode } from "@lockstep/core/codemods";
import { isSentElsewhere } from "./client-behind.js";
import { accessorOf, isOther, readsOtherRows, readsRows, unclearRead, whyOther } from "./client-calls.js";
import { hasNamesake, originOf } from "./client-module.js";
import { givesRowsOf, isOwnPackage } from "./handed-clients.js";
import { isRowType } from "./prisma-types.js";
import { rowsRead } from "./rows-read.js";
import { isWholeRow } from "./typed-row.js";

/** What the transforms of the core must know about Prisma. */
export const prismaCode: OrmCode = {
  isWholeRow,
  typed: {
    packageName: "@prisma/client",
    isAsked: (name) => /^(?:@prisma\/client(?:-runtime-utils)?|\.prisma)$/.test(name),
  },
  isClientModule: (specifier, from, { project, model }) => {
    const origin = originOf(specifier, from, project);
    return origin === "own" || (origin === "unknown" && !hasNamesake(model.name, from, project));
  },
  isRowType,
  isOther,
  readsRows,
  rowsRead,
  givesRowsOf,
  isOwnPackage,
  withoutField: ({ field }) => `omit: { ${field.name}: true }`,
  withoutFieldAnywhere: ({ model, field }) =>
    `give the client \`omit: { ${accessorOf(model.name)}: { ${field.name}: true } }\``,
  isSentElsewhere,
  whyUnclear: unclearRead,
  elsewhere: {
    isClientModule: (specifier, from, { project }) => originOf(specifier, from, project) === "other",
    isRowType,
    isOther: (callee, file, project) => whyOther(callee, file, project)?.kind !== "other",
    readsRows: readsOtherRows,
  },
};

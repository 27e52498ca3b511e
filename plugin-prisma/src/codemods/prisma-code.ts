import type { OrmCode } from "@lockstep/core/codemods";
import { accessorOf, isOther, readsRows, unclearRead } from "./calls/client-calls.js";
import { givesRowsOf, isOwnPackage } from "./calls/handed-clients.js";
import { rowsRead } from "./reads/rows-read.js";
import { isSentElsewhere } from "./receivers/client-owner.js";
import { isRowElsewhere, isWholeRow } from "./receivers/whole-row.js";
import { isInput } from "./writes/input-literals.js";
import { isAlsoPutOver } from "./writes/put-over.js";

/** What the transforms of the core must know about Prisma. */
export const prismaCode: OrmCode = {
  isAlsoPutOver,
  isWholeRow,
  isInput,
  typed: {
    packageName: "@prisma/client",
    generated: { textOf: (model) => `$${model}Payload`, command: "npx prisma generate" },
    isAsked: (name) => /^(?:@prisma\/client(?:-runtime-utils)?|\.prisma)$/.test(name),
  },
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
  isRowElsewhere,
};

import type { OrmCode } from "@lockstep/core/codemods";
import { accessorOf, isForeignCall, readsRows, unclearRead } from "./calls/client-calls.js";
import { canWriteModel, isOwnPackage } from "./calls/handed-clients.js";
import { rowsRead } from "./reads/rows-read.js";
import { isSentElsewhere } from "./receivers/client-owner.js";
import { isRowElsewhere, isWholeRow } from "./receivers/whole-row.js";
import { isInput } from "./writes/input-literals.js";
import { isUpsert } from "./writes/upserts.js";

/** What the transforms of the core need to know about Prisma. */
export const prismaCode: OrmCode = {
  isUpsert,
  isWholeRow,
  isInput,
  typed: {
    packageName: "@prisma/client",
    generated: { textOf: (model) => `$${model}Payload`, command: "npx prisma generate" },
    isAsked: (name) => /^(?:@prisma\/client(?:-runtime-utils)?|\.prisma)$/.test(name),
  },
  isForeignCall,
  readsRows,
  rowsRead,
  canWriteModel,
  isOwnPackage,
  withoutField: ({ field }) => `omit: { ${field.name}: true }`,
  withoutFieldAnywhere: ({ model, field }) =>
    `give the client \`omit: { ${accessorOf(model.name)}: { ${field.name}: true } }\``,
  isSentElsewhere,
  whyUnclear: unclearRead,
  isRowElsewhere,
};

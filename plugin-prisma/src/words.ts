import type { OrmPlugin } from "@lockstep/core";

/** The form of Prisma's commands and annotations. */
export const prismaWords: OrmPlugin["words"] = {
  deploy: "npx prisma migrate deploy",
  recover: (migration) => `npx prisma migrate resolve --rolled-back ${migration} && npx prisma migrate deploy`,
  skip: (migration) => `npx prisma migrate resolve --applied ${migration}`,
  execute: (file) => `npx prisma db execute --file ${file}`,
  generate: "npx prisma generate",
  develop: "npx prisma migrate dev",
  annotation: (text) => `/// ${text}`,
  columnName: (name) => `@map(${JSON.stringify(name)})`,
  advice: {
    "timestamp-without-time-zone": "use @db.Timestamptz(3)",
    "json-as-text": "use Json without @db.Json",
    "small-key": "use BigInt",
    "char-type": "use String without @db.Char",
    "varchar-limit": "use String without @db.VarChar",
    "money-type": "use Decimal without @db.Money, and keep the currency in a field",
    "float-amount": "use Decimal",
    "nullable-boolean": "use Boolean with @default instead of Boolean?",
    "nullable-default": "write the type without ?",
    "foreign-key-index": "add @@index",
    "long-name": "choose a shorter name with map:",
  },
};

import type { OrmPlugin } from "@lockstep/core";

/** What Prisma's commands and annotations look like. */
export const prismaWords: OrmPlugin["words"] = {
  deploy: "npx prisma migrate deploy",
  recover: (migration) => `npx prisma migrate resolve --rolled-back ${migration} && npx prisma migrate deploy`,
  skip: (migration) => `npx prisma migrate resolve --applied ${migration}`,
  execute: (file) => `npx prisma db execute --file ${file}`,
  generate: "npx prisma generate",
  develop: "npx prisma migrate dev",
  annotation: (text) => `/// ${text}`,
  columnName: (name) => `@map(${JSON.stringify(name)})`,
};

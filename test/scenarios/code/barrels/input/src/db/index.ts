export type { Account, Prisma } from "@prisma/client";
export * from "./client";

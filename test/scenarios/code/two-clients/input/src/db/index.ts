export * from "./clients";
export type { User as Visitor } from "../generated/analytics/client";
export type { User } from "../generated/prisma/client";

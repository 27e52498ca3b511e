import { PrismaClient } from "@prisma/client";
import { resolvers } from "./resolvers";
import { typeDefs } from "./type-defs";

const prisma = new PrismaClient();

export const server = { typeDefs, resolvers, context: () => ({ prisma }) };

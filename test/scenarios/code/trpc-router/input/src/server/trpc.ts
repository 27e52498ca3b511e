import { initTRPC } from "@trpc/server";
import { prisma } from "./prisma";

export const createContext = () => ({ prisma, userId: "me" });

const t = initTRPC.context<ReturnType<typeof createContext>>().create();

export const router = t.router;
export const publicProcedure = t.procedure;

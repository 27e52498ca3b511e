import { initTRPC } from "@trpc/server";
import { analytics, prisma } from "./db";

export const createContext = () => ({ prisma, analytics });

const t = initTRPC.context<ReturnType<typeof createContext>>().create();

export const router = t.router;
export const publicProcedure = t.procedure;

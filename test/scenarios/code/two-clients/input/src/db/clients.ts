import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient as AnalyticsClient } from "../generated/analytics/client";
import { PrismaClient } from "../generated/prisma/client";

const kept = globalThis as unknown as { prisma?: PrismaClient; analytics?: AnalyticsClient };
const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL });

export const prisma = kept.prisma ?? new PrismaClient({ adapter });
export const analytics = kept.analytics ?? new AnalyticsClient({ adapter, log: ["error"] });

if (process.env.NODE_ENV !== "production") Object.assign(kept, { prisma, analytics });

import { PrismaClient as AnalyticsClient } from "../generated/analytics/client";
import { PrismaClient } from "../generated/prisma/client";

const kept = globalThis as unknown as { prisma?: PrismaClient; analytics?: AnalyticsClient };

export const prisma = kept.prisma ?? new PrismaClient();
export const analytics = kept.analytics ?? new AnalyticsClient({ log: ["error"] });

if (process.env.NODE_ENV !== "production") Object.assign(kept, { prisma, analytics });

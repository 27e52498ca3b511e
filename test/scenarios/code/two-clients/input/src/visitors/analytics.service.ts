import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../generated/analytics/client";

export class AnalyticsService extends PrismaClient {
  constructor() {
    super({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }), log: ["warn"] });
  }
}

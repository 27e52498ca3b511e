import { PrismaClient } from "../generated/analytics/client";

export class AnalyticsService extends PrismaClient {
  constructor() {
    super({ log: ["warn"] });
  }
}

import { PrismaClient } from "../generated/prisma/client";

export class PrismaService extends PrismaClient {
  constructor() {
    super({ log: ["warn"] });
  }
}

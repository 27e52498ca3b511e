import type { PrismaService } from "../users/prisma.service";
import type { AnalyticsService } from "./analytics.service";

export class VisitorsService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly db: AnalyticsService,
  ) {}

  async meet(email: string, name: string) {
    return this.db.$transaction(async (tx) => {
      const user = await tx.user.create({ data: { email, name } });
      await tx.visit.create({ data: { path: "/", user: { connect: { id: user.id } } } });
      return user;
    });
  }

  async promote(email: string, name: string) {
    await this.db.user.deleteMany({ where: { email } });
    return this.prisma.$transaction(async (tx) => tx.user.create({ data: { email, name } }));
  }

  count() {
    return this.db.$queryRaw`SELECT "id", "email", "name" FROM "User"`;
  }
}

import { Prisma, PrismaClient } from "@prisma/client";

const euros = Prisma.defineExtension({
  result: {
    order: {
      fee: { needs: { fee: true } as object, compute: ({ fee }: { fee?: number | null }) => (fee ?? 0) / 100 },
    },
  },
});

export const prisma = new PrismaClient({} as never).$extends(euros);

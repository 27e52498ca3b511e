import { prisma } from "./db";

export async function set(key: string, value: string, owner: string) {
  return prisma.setting.upsert({
    where: { key },
    create: { key, value, owner },
    update: { value },
  });
}

export async function setAll(values: Record<string, string>, owner: string) {
  await prisma.$transaction(
    Object.entries(values).map(([key, value]) =>
      prisma.setting.upsert({ where: { key }, update: { value }, create: { key, value, owner } }),
    ),
  );
}

export async function move(owner: string, to: string) {
  await prisma.setting.updateMany({ where: { owner }, data: { owner: to } });
}

import { analytics, prisma } from "../db";

export async function signUp(email: string, name: string) {
  const user = await prisma.user.create({ data: { email, name } });
  await analytics.user.create({ data: { email, name } });
  return user;
}

export async function renameUser(id: number, email: string) {
  await prisma.user.update({ where: { id }, data: { email } });
  await analytics.user.update({ where: { id }, data: { email } });
}

export function listUsers() {
  return prisma.user.findMany({ select: { id: true, email: true, name: true, createdAt: true } });
}

export function listVisitors() {
  return analytics.user.findMany({ select: { id: true, email: true, name: true, createdAt: true } });
}

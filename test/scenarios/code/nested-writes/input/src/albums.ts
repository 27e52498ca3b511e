import { prisma } from "./db";

export function release(title: string, titles: string[]) {
  return prisma.album.create({
    data: {
      title,
      year: 2024,
      tracks: {
        create: titles.map((name) => ({ title: name, seconds: 180, mood: "calm" })),
      },
    },
    include: { tracks: true },
  });
}

export function reissue(id: number) {
  return prisma.album.update({
    where: { id },
    data: {
      year: 2025,
      tracks: {
        createMany: { data: [{ title: "Intro", seconds: 30, mood: "calm" }, { title: "Outro", seconds: 40, mood: "sad" }] },
        connectOrCreate: {
          where: { id: 0 },
          create: { title: "Bonus", seconds: 200, mood: "loud" },
        },
      },
    },
  });
}

export const bulk = (albumId: number, titles: string[]) =>
  prisma.track.createMany({ data: titles.map((title) => ({ title, seconds: 0, mood: "none", albumId })) });

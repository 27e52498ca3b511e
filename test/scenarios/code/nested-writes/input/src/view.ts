import type { Prisma } from "@prisma/client";

export const withTracks = {
  id: true,
  title: true,
  tracks: { select: { id: true, title: true, seconds: true, mood: true } },
} satisfies Prisma.AlbumSelect;
